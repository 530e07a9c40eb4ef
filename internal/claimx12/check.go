package claimx12

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/knowledge"
	"soapstone/x12"
	"soapstone/x12/check"
)

// Unconfirmed is the code of the warning about a diagnosis that no list held can
// decide on the date of service.
const Unconfirmed = "diagnosis-unconfirmed"

// Check checks an X12 file as package check does, with the diagnoses of
// professional claims looked up in the code lists: a code that must not be
// billed on the date of service is an error, one that cannot be confirmed a
// warning. A zero day leaves out what needs to know today. Findings come in the
// order of the file.
func Check(file []byte, today civil.Date, codes *knowledge.ICD10) ([]check.Finding, error) {
	findings, err := check.File(bytes.NewReader(file), check.Options{
		Today: date(today),
		Billable: func(code string, on x12.Date) bool {
			state, _ := codes.Valid(code, day(on))
			return !state.Blocks()
		},
	})
	if err != nil || len(findings) >= check.MaxFindings {
		return findings, err
	}
	findings = append(findings, unconfirmed(file, codes, check.MaxFindings-len(findings))...)
	slices.SortStableFunc(findings, func(a, b check.Finding) int { return cmp.Compare(a.Segment, b.Segment) })
	return findings, nil
}

func day(d x12.Date) civil.Date { return civil.Of(d.Year, d.Month, d.Day) }

// coded is what a claim of a file says about its diagnoses.
type coded struct {
	number string
	hi     x12.Segment
	first  x12.Date // the first date of service
}

// unconfirmed are the warnings, at most so many. What cannot be read is left to
// package check.
func unconfirmed(file []byte, codes *knowledge.ICD10, most int) []check.Finding {
	in := x12.NewReader(bytes.NewReader(file))
	var out []check.Finding
	var c *coded
	professional := false
	for {
		s, err := in.Next()
		if err != nil {
			return out[:min(len(out), most)]
		}
		switch s.ID {
		case "ST":
			professional = s.Element(1) == "837" && strings.HasPrefix(s.Element(3), "005010X222")
		case "CLM", "HL", "SE":
			out = append(out, c.warnings(codes)...)
			c = nil
			if s.ID == "CLM" && professional {
				c = &coded{number: s.Element(1)}
			}
		}
		if c != nil {
			c.segment(s)
		}
		if len(out) >= most {
			return out[:most]
		}
	}
}

func (c *coded) segment(s x12.Segment) {
	switch {
	case s.ID == "HI" && s.Component(1, 1) == "ABK":
		c.hi = s
	case s.ID == "DTP" && s.Element(1) == "472":
		from, _, _ := strings.Cut(s.Element(3), "-")
		if d, err := x12.ParseDate(from); err == nil && (c.first.IsZero() || d.Before(c.first)) {
			c.first = d
		}
	}
}

func (c *coded) warnings(codes *knowledge.ICD10) []check.Finding {
	if c == nil || c.first.IsZero() {
		return nil
	}
	var out []check.Finding
	for n := 1; n <= len(c.hi.Elements); n++ {
		code := c.hi.Component(n, 2)
		state, _ := codes.Valid(code, day(c.first))
		if !x12.ICD10Shape(code) || !state.Warns() {
			continue
		}
		why := "The diagnosis cannot be checked: the date of service lies outside of the lists held, " + codes.Held() + "."
		if state == knowledge.CodeUnlisted {
			why = "The diagnosis is not in the working list held for the date of service."
		}
		out = append(out, check.Finding{
			Severity: check.Warning, Code: Unconfirmed, Segment: c.hi.Number, SegmentID: "HI", Loop: "2300", Element: n, Component: 2,
			Offset: c.hi.Offset, Claim: c.number[:min(len(c.number), 38)], Message: why + " Look it up in the official list of that year.",
		})
	}
	return out
}
