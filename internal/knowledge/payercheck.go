package knowledge

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
)

var (
	stateShape  = regexp.MustCompile(`^[A-Z]{2}$`)
	filingShape = regexp.MustCompile(`^([A-Z]{2}|[0-9]{2})$`)
)

func (p *PayerProfile) checkHeading() error {
	switch {
	case !slugShape.MatchString(p.Key):
		return fmt.Errorf("key %q is not a lower-case slug", p.Key)
	case !slices.Contains([]PayerKind{PayerCommercial, PayerMedicare, PayerAuto, PayerWorkersComp, PayerVA, PayerCash}, p.Kind):
		return fmt.Errorf("kind %q does not exist", p.Kind)
	case p.State != "" && !stateShape.MatchString(p.State):
		return fmt.Errorf("state %q is not two letters", p.State)
	case !p.UnitRule.Valid():
		return fmt.Errorf("unit_rule %q does not exist", p.UnitRule)
	case p.FilingIndicator != "" && !filingShape.MatchString(p.FilingIndicator):
		return fmt.Errorf("filing_indicator %q is not two characters", p.FilingIndicator)
	case !slices.Contains([]string{"", "G1", "9F"}, p.AuthorisationQualifier):
		return fmt.Errorf("authorisation_qualifier %q is neither G1 nor 9F", p.AuthorisationQualifier)
	case !slices.Contains([]ModifierOrder{"", NCCIFirst, InformationalFirst}, p.Modifiers.Order):
		return fmt.Errorf("modifiers.order %q does not exist", p.Modifiers.Order)
	}
	return cmp.Or(
		required("name", p.Name),
		p.MassageTherapistPaid.check("massage_therapist_payable"),
		p.PrescriptionRequired.check("prescription_required"),
		p.PatientMayBeBilled.check("patient_may_be_billed"),
		p.MultipleProcedureReduction.check("multiple_procedure_reduction"),
		Span{p.EffectiveFrom, p.EffectiveTo}.check(),
	)
}

// No payer asks for more; a day has 96 units.
const maxDays, maxVisits, maxUnits = 3660, 1000, 96

func (p *PayerProfile) checkNumbers() error {
	for _, x := range []struct {
		name   string
		n, max int
	}{
		{"authorisation.after_visits", p.Authorisation.AfterVisits, maxVisits},
		{"visit_units_cap", p.VisitUnitsCap, maxUnits},
		{"sessions_per_day", p.SessionsPerDay, maxUnits},
		{"report_every_visits", p.ReportEveryVisits, maxVisits},
		{"report_every_days", p.ReportEveryDays, maxDays},
		{"filing_limit_days", p.FilingLimitDays, maxDays},
	} {
		if x.n < 0 || x.n > x.max {
			return fmt.Errorf("%s is absurd: %d", x.name, x.n)
		}
	}
	if p.Authorisation.Always && p.Authorisation.AfterVisits > 0 {
		return errors.New("authorisation is asked for always and after some visits")
	}
	last := p.Authorisation.AfterVisits
	for _, s := range p.Authorisation.Steps {
		if s.FromVisit <= last || s.FromVisit > maxVisits || s.How == "" {
			return fmt.Errorf("authorisation step from visit %d does not follow visit %d, or says nothing", s.FromVisit, last)
		}
		last = s.FromVisit
	}
	for i, c := range p.CodeCaps {
		if c.Units < 1 || c.Units > maxUnits || slices.ContainsFunc(p.CodeCaps[:i], func(o CodeCap) bool { return o.Code == c.Code }) {
			return fmt.Errorf("code_caps: %s is absurd or appears twice", c.Code)
		}
	}
	return nil
}

// compile takes patterns of the whole text only, so that a number within a
// longer one does not pass, not even by one branch of the pattern.
func (p *PayerProfile) compile() error {
	for _, f := range p.AuthorisationFormats {
		if len(f) < 3 || f[0] != '^' || f[len(f)-1] != '$' {
			return fmt.Errorf("authorisation_formats: %q does not begin with ^ and end with $", f)
		}
		r, err := regexp.Compile("^(?:" + f + ")$")
		if err != nil {
			return fmt.Errorf("authorisation_formats: %w", err)
		}
		p.formats = append(p.formats, r)
	}
	return nil
}

// notFacts are fields that name or date the profile and need no source of
// their own.
var notFacts = []string{"key", "name", "kind", "state", "sources", "unverified"}

// checkSources proves that every value is sourced or said to be unverified,
// and never both.
func (p *PayerProfile) checkSources() error {
	if err := p.Unverified.check(*p); err != nil {
		return err
	}
	held := p.held()
	for _, f := range slices.Sorted(maps.Keys(p.Sources)) {
		if !slices.Contains(held, f) {
			return fmt.Errorf("sources: %q is no field with a value", f)
		}
		if !p.Verified(f) {
			return fmt.Errorf("%s is sourced and unverified at once", f)
		}
		if err := required("sources: "+f, p.Sources[f]); err != nil {
			return err
		}
	}
	for _, f := range held {
		if p.Sources[f] == "" && p.Verified(f) {
			return fmt.Errorf("%s has neither a source nor a place under unverified", f)
		}
	}
	return nil
}

// held lists the fields that say something.
func (p *PayerProfile) held() []string {
	var out []string
	eachField(*p, func(name string, v reflect.Value) {
		if !v.IsZero() && v.Interface() != TriUnknown && !slices.Contains(notFacts, name) {
			out = append(out, name)
		}
	})
	return out
}
