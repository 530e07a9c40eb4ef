package knowledge

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
)

// PlaceOfService is where a visit took place, in the codes of claims.
type PlaceOfService struct {
	Code  string `json:"code"`  // two digits
	Label string `json:"label"` // ours
	// HandsOn is false for places where nobody can be touched, as in
	// telehealth: no massage can be billed there.
	HandsOn bool `json:"hands_on"`
	// PatientAddress is true when some payers want the patient's address as
	// the service location.
	PatientAddress bool       `json:"patient_address,omitempty"`
	Source         string     `json:"source"`
	Notes          string     `json:"notes,omitempty"`
	Unverified     Unverified `json:"unverified,omitempty"`
}

// Verified reports whether a field, spelt as in the data file, has a source.
func (p PlaceOfService) Verified(field string) bool { return p.Unverified.Verified(field) }

// PlaceList is the file of places of service.
type PlaceList struct {
	Meta
	Places []PlaceOfService `json:"places"`
}

var placeShape = regexp.MustCompile(`^[0-9]{2}$`)

// ParsePlaces reads the file of places of service.
func ParsePlaces(file string, b []byte) (PlaceList, error) {
	var l PlaceList
	if err := decode(file, b, &l); err != nil {
		return PlaceList{}, err
	}
	if err := l.finish(file, "soapstone/places/1", b); err != nil {
		return PlaceList{}, failure(file, "", err)
	}
	err := eachOnce(file, "place", l.Places, func(p PlaceOfService) string { return p.Code }, func(p PlaceOfService) error {
		if !placeShape.MatchString(p.Code) {
			return errors.New("is no place of service")
		}
		return cmp.Or(required("label", p.Label, "source", p.Source), p.Unverified.check(p))
	})
	if err != nil {
		return PlaceList{}, err
	}
	return l, nil
}

// Places lists the places of service, in the order of the file.
func (s *Set) Places() []PlaceOfService { return slices.Clone(s.places.Places) }

// Place finds a place of service by its two digits.
func (s *Set) Place(code string) (PlaceOfService, bool) {
	i := slices.IndexFunc(s.places.Places, func(p PlaceOfService) bool { return p.Code == code })
	if i < 0 {
		return PlaceOfService{}, false
	}
	return s.places.Places[i], true
}
