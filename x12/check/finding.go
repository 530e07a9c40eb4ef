package check

import (
	"encoding/json"
	"fmt"
	"io"
)

// Severity says whether a finding stops a file.
type Severity string

// An Error gets a file or claim rejected; a Warning may, or is a bad habit.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Finding is one thing that is wrong, and where.
type Finding struct {
	Severity  Severity `json:"severity"`
	Code      string   `json:"code"`                // stable, ours: one of Codes
	Segment   int      `json:"segment"`             // number in the file, from 1; 0: the file as a whole
	SegmentID string   `json:"segmentId,omitempty"` // "CLM"
	Loop      string   `json:"loop,omitempty"`      // "2300"
	Element   int      `json:"element,omitempty"`   // 2 for CLM02; 0: the segment
	Component int      `json:"component,omitempty"` // 1 for CLM05-1; 0: the element
	Offset    int64    `json:"offset"`              // bytes from the start of the file to the segment
	Claim     string   `json:"claim,omitempty"`     // CLM01 or CLP01 of the claim it belongs to
	Message   string   `json:"message"`             // what to do, in plain words
}

// Where is the place in short: "CLM05-1", or the segment's ID.
func (f Finding) Where() string {
	switch {
	case f.Component > 0:
		return fmt.Sprintf("%s%02d-%d", f.SegmentID, f.Element, f.Component)
	case f.Element > 0:
		return fmt.Sprintf("%s%02d", f.SegmentID, f.Element)
	}
	return f.SegmentID
}

// Errors counts the findings that are errors.
func Errors(fs []Finding) int {
	n := 0
	for _, f := range fs {
		if f.Severity == Error {
			n++
		}
	}
	return n
}

// WriteText writes a line per finding, led by name when it is not empty, and a
// line that sums up.
func WriteText(w io.Writer, name string, fs []Finding) error {
	lead := ""
	if name != "" {
		lead = name + ": "
	}
	for _, f := range fs {
		where := fmt.Sprintf("segment %d (%s)", f.Segment, f.Where())
		if f.Segment == 0 {
			where = "file"
		}
		if f.Loop != "" {
			where += " in " + f.Loop
		}
		if f.Claim != "" {
			where += ", claim " + f.Claim
		}
		if _, err := fmt.Fprintf(w, "%s%s: %s: %s [%s]\n", lead, where, f.Severity, f.Message, f.Code); err != nil {
			return err
		}
	}
	n := Errors(fs)
	_, err := fmt.Fprintf(w, "%s%s, %s\n", lead, count(n, "error"), count(len(fs)-n, "warning"))
	return err
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// report is the JSON form of one file's findings.
type report struct {
	File     string    `json:"file,omitempty"`
	Errors   int       `json:"errors"`
	Warnings int       `json:"warnings"`
	Findings []Finding `json:"findings"`
}

// WriteJSON writes one JSON object with the counts and all findings.
func WriteJSON(w io.Writer, name string, fs []Finding) error {
	n := Errors(fs)
	r := report{File: name, Errors: n, Warnings: len(fs) - n, Findings: fs}
	if r.Findings == nil {
		r.Findings = []Finding{}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}
