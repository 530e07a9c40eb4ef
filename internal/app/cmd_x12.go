package app

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"soapstone/internal/civil"
	"soapstone/internal/claimx12"
	"soapstone/internal/clock"
	"soapstone/internal/knowledge"
	"soapstone/x12/check"
)

type x12Cmd struct {
	Check x12CheckCmd `cmd:"" help:"Say what is wrong with X12 files before a payer does."`
}

// Help is the verb's example.
func (x12Cmd) Help() string { return "Example:  soapstone x12 check claims.837" }

type x12CheckCmd struct {
	Files []string `arg:"" name:"file" help:"Files to check; - is standard input."`
	JSON  bool     `name:"json" help:"Print one JSON object for each file."`
}

// Help is the verb's example.
func (x12CheckCmd) Help() string {
	return "Example:  soapstone x12 check claims.837 remittance.835\n\n" +
		"Claims (837P) are checked against the implementation guide, their sums and the diagnosis codes of the day; " +
		"remittances (835), acknowledgments (277CA, 999) and eligibility answers (271) for their form, and remittances for their balance. " +
		"Nothing is sent or kept.\n\nStatus 0 when there are no errors; warnings alone are no errors."
}

func (c x12CheckCmd) Run(r *run) error {
	know, err := knowledge.Load()
	if err != nil {
		return err
	}
	wrong, unread := 0, 0
	for _, name := range c.Files {
		findings, err := checkX12(name, know.ICD10())
		if err != nil {
			unread++
			fmt.Fprintf(r.err, "soapstone: %v\n", err)
			continue
		}
		if check.Errors(findings) > 0 {
			wrong++
		}
		show := check.WriteText
		if c.JSON {
			show = check.WriteJSON
		}
		if err := show(r.out, name, findings); err != nil {
			return err
		}
	}
	switch {
	case unread > 0:
		return fmt.Errorf("%d of %d files could not be read", unread, len(c.Files))
	case wrong > 0:
		return fmt.Errorf("%d of %d files must be corrected", wrong, len(c.Files))
	}
	return nil
}

// maxX12 is more than any clearinghouse takes.
const maxX12 = 256 << 20

func checkX12(name string, codes *knowledge.ICD10) ([]check.Finding, error) {
	var in io.Reader = os.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	file, err := io.ReadAll(io.LimitReader(in, maxX12+1))
	if err != nil {
		return nil, err
	}
	if len(file) > maxX12 {
		return nil, errors.New(name + " is larger than 256 MiB; split it")
	}
	return claimx12.Check(file, latestToday(), codes)
}

// latestToday is the day where it began first: the command line knows no
// practice and so no zone, and a service of today must not be in the future.
func latestToday() civil.Date {
	return civil.DateIn(clock.System().Now(), time.FixedZone("", 14*60*60))
}
