package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/alecthomas/kong"

	"soapstone/internal/config"
)

// CLI is the command line. Every verb has an example in its help.
type CLI struct {
	Demo       demoCmd       `cmd:"" help:"Build the demonstration practice with invented patients and serve it."`
	Serve      serveCmd      `cmd:"" help:"Serve a practice; the first start leads through set-up in the browser."`
	Backup     backupCmd     `cmd:"" help:"Write an encrypted snapshot of everything into one file."`
	Restore    restoreCmd    `cmd:"" help:"Bring a snapshot back into an empty folder or database."`
	RestoreKey restoreKeyCmd `cmd:"" name:"restore-key" help:"Make the key file again from the printed recovery sheet."`
	Verify     verifyCmd     `cmd:"" help:"Prove that no document, audit entry or file was changed or lost."`
	Doctor     doctorCmd     `cmd:"" help:"Say what is wrong with this installation and how to mend it."`
	X12        x12Cmd        `cmd:"" name:"x12" help:"Work with X12 files: claims, remittances, acknowledgments."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
}

// dataFlags say where an installation is.
type dataFlags struct {
	Data     string `help:"Folder of the practice." default:"soapstone-data" type:"path" placeholder:"DIR"`
	Database string `help:"PostgreSQL address instead of the built-in database; files stay in --data." env:"SOAPSTONE_DATABASE" placeholder:"postgres://…"`
	Key      string `help:"Key file; must lie outside --data. Default: the user's configuration folder." env:"SOAPSTONE_KEY" type:"path" placeholder:"FILE"`
}

func (f dataFlags) place() (config.Place, error) { return config.At(f.Data, f.Key) }

// run carries what the verbs need from the process.
type run struct {
	ctx      context.Context
	out, err io.Writer
}

// Main runs one command and gives the exit status: 0 only on success.
func Main(ctx context.Context, args []string, out, errOut io.Writer) int {
	var cli CLI
	exited := -1
	parser, err := kong.New(&cli,
		kong.Name("soapstone"),
		kong.Description("The system of record for medical massage.\n\nStart with:  soapstone demo"),
		kong.Writers(out, errOut),
		kong.Exit(func(code int) { exited = code; panic(exitNow{}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		fmt.Fprintln(errOut, err)
		return 1
	}
	code := func() (code int) {
		defer func() {
			if v := recover(); v != nil {
				if _, ok := v.(exitNow); !ok {
					panic(v)
				}
				code = exited
			}
		}()
		if len(args) == 0 {
			args = []string{"--help"}
		}
		k, err := parser.Parse(args)
		if err != nil {
			fmt.Fprintf(errOut, "soapstone: %v\nTry: soapstone --help\n", err)
			return 2
		}
		err = k.Run(&run{ctx: ctx, out: out, err: errOut})
		if err != nil && !errors.Is(err, context.Canceled) {
			fmt.Fprintf(errOut, "soapstone: %v\n", err)
			return 1
		}
		return 0
	}()
	return code
}

type exitNow struct{}

func (r *run) logger(debug bool) *slog.Logger {
	level := slog.LevelInfo
	if debug {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(r.err, &slog.HandlerOptions{Level: level}))
}

type versionCmd struct{}

func (versionCmd) Run(r *run) error {
	_, err := fmt.Fprintln(r.out, "soapstone", Version())
	return err
}

type restoreKeyCmd struct {
	dataFlags
	Sheet string `arg:"" optional:"" help:"File with the text of the recovery sheet; standard input when absent." type:"existingfile"`
}

// Help is the verb's example.
func (restoreKeyCmd) Help() string {
	return "Example:  soapstone restore-key --data clinic sheet.txt\n\nAn existing key file is never overwritten."
}

func (c restoreKeyCmd) Run(r *run) error {
	place, err := c.place()
	if err != nil {
		return err
	}
	var text []byte
	if c.Sheet != "" {
		text, err = os.ReadFile(c.Sheet)
	} else {
		text, err = io.ReadAll(io.LimitReader(os.Stdin, 64<<10))
	}
	if err != nil {
		return err
	}
	if err := restoreKey(place, string(text)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(r.out, "The key is in %s again.\n", place.KeyPath)
	return err
}
