package knowledge

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// checkBilling proves that techniques and payers name procedures and modifiers
// that exist, and puts the payers into their order.
func (s *Set) checkBilling() error {
	exists := func(code string) error {
		if _, ok := s.procedures.find(code); !ok {
			return fmt.Errorf("procedure %q does not exist", code)
		}
		return nil
	}
	for _, t := range s.techniques.Techniques {
		if t.Procedure.Code == "" {
			continue
		}
		if err := exists(t.Procedure.Code); err != nil {
			return failure(s.techniques.File, "technique "+t.ID, err)
		}
	}
	keys := map[string]bool{}
	for _, p := range s.payers {
		if keys[p.Key] {
			return failure(p.File, "", fmt.Errorf("key %q appears twice", p.Key))
		}
		keys[p.Key] = true
		var errs []error
		for _, c := range p.AcceptedCodes {
			errs = append(errs, exists(c))
		}
		for _, c := range p.CodeCaps {
			errs = append(errs, exists(c.Code))
		}
		for _, m := range p.Modifiers.Always {
			if _, ok := s.Modifier(m); !ok {
				errs = append(errs, fmt.Errorf("modifier %q does not exist", m))
			}
		}
		if err := errors.Join(errs...); err != nil {
			return failure(p.File, "", err)
		}
	}
	slices.SortFunc(s.payers, func(a, b PayerProfile) int {
		return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(a.Name, b.Name))
	})
	return nil
}
