package claim

import (
	"fmt"
	"regexp"
	"strings"
)

// dotted is the shape of a diagnosis code as people write it.
var dotted = regexp.MustCompile(`^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$`)

// What the prescriber diagnosed.
var diagnosisChecks = []Check{
	{Key: "diagnosis.present", Title: "The prescription names a diagnosis", Proof: true, Prevents: []string{"16", "11"}, run: func(j *judge) {
		if len(j.d.Diagnoses) == 0 {
			j.block(j.prescriptionFix(), "There is no diagnosis. Only the prescriber’s counts: enter it with the prescription.")
		}
	}},
	{Key: "diagnosis.shape", Title: "Diagnosis codes are written with their dot", Proof: true, Prevents: []string{"16", "146"}, run: func(j *judge) {
		for _, c := range j.d.Diagnoses {
			if !dotted.MatchString(c) {
				j.block(j.prescriptionFix(), "%s is not a diagnosis code as it is written: a letter, two more characters, a dot and the rest, such as M54.50.", c)
			}
		}
	}},
	{Key: "diagnosis.billable", Title: "The diagnoses are valid on the day", Proof: true, Prevents: []string{"11", "146", "147", "167"}, run: func(j *judge) {
		if j.f.Prescription == nil {
			j.na()
			return
		}
		for _, c := range j.f.Prescription.Codes {
			switch {
			case c.State.Blocks():
				j.add(Block, "", "ICD-10-CM", c.Why+" Ask the prescriber for the right code.", j.prescriptionFix())
			case c.State.Warns():
				j.add(Warn, "", "ICD-10-CM", c.Why, j.prescriptionFix())
			}
		}
	}},
	{Key: "diagnosis.count", Title: "The claim holds the diagnoses", Proof: true, Prevents: []string{"16"}, run: func(j *judge) {
		if p := j.f.Prescription; p != nil && len(p.Codes) > MaxDiagnoses {
			j.warn(j.prescriptionFix(), "The prescription has %d diagnoses. A claim holds %d: the first ones are sent.", len(p.Codes), MaxDiagnoses)
		}
		if len(j.d.Diagnoses) > MaxDiagnoses {
			j.block(j.prescriptionFix(), "The claim has %d diagnoses; %d are the most it can hold.", len(j.d.Diagnoses), MaxDiagnoses)
		}
		for i, c := range j.d.Diagnoses {
			for _, o := range j.d.Diagnoses[:i] {
				if o == c {
					j.block(j.prescriptionFix(), "The diagnosis %s appears twice.", c)
				}
			}
		}
	}},
	{Key: "diagnosis.first", Title: "The first diagnosis says what is wrong, not how it came", Proof: true, Prevents: []string{"11", "146"}, run: func(j *judge) {
		if len(j.d.Diagnoses) > 0 && strings.ContainsAny(j.d.Diagnoses[0][:min(1, len(j.d.Diagnoses[0]))], "VWXY") {
			j.block(j.prescriptionFix(), "The first diagnosis, %s, says how an injury came about. Ask the prescriber for the injury itself.", j.d.Diagnoses[0])
		}
	}},
	{Key: "diagnosis.unspecified", Title: "The diagnoses name the side and place", Proof: true, Prevents: []string{"11", "167"}, run: func(j *judge) {
		if j.f.Prescription == nil {
			j.na()
			return
		}
		for _, c := range j.f.Prescription.Codes {
			if c.Unspecified {
				j.warn(j.prescriptionFix(), "%s leaves the side or the kind open, which payers often question. Ask the prescriber for a code that names it, if it is known.", c.Code)
			}
		}
	}},
	{Key: "diagnosis.pointers", Title: "Each line points to its diagnoses", Proof: true, Prevents: []string{"11", "16"}, run: func(j *judge) {
		for _, l := range j.d.Lines {
			if what := pointersWrong(l.Pointers, len(j.d.Diagnoses)); what != "" {
				j.add(Block, l.Control, "", l.Procedure+" "+what, j.claimFix("Choose the diagnoses", "#choices"))
			}
		}
	}},
}

func pointersWrong(pointers []int, diagnoses int) string {
	if len(pointers) == 0 {
		return "points to no diagnosis."
	}
	if len(pointers) > MaxPointers {
		return fmt.Sprintf("points to %d diagnoses; %d are the most.", len(pointers), MaxPointers)
	}
	for i, p := range pointers {
		if p < 1 || p > diagnoses {
			return fmt.Sprintf("points to diagnosis %d, and there are %d.", p, diagnoses)
		}
		for _, o := range pointers[:i] {
			if o == p {
				return fmt.Sprintf("points to diagnosis %d twice.", p)
			}
		}
	}
	return ""
}
