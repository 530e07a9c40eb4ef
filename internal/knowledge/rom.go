package knowledge

import (
	"errors"
	"fmt"
	"slices"
)

// Norm is the usual range of one motion of a joint.
type Norm struct {
	ID      string `json:"id"`     // "cervical.rotation"
	Region  string `json:"region"` // id of a ROMRegion
	Label   string `json:"label"`  // "Rotation"
	Midline bool   `json:"midline,omitempty"`
	// Low and High are the published normal, equal when one figure is taught.
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	Unit     string  `json:"unit"` // "deg" or "mm"
	Position string  `json:"position,omitempty"`
	Axis     string  `json:"axis,omitempty"`
	Fixed    string  `json:"fixed,omitempty"`
	Moving   string  `json:"moving,omitempty"`
	Source   string  `json:"source"`
	Notes    string  `json:"notes,omitempty"`
}

// Sides lists the sides to measure: one midline value, or right and left.
func (n Norm) Sides() []Side {
	if n.Midline {
		return []Side{Midline}
	}
	return []Side{SideLeft, SideRight}
}

// MeasurementError is the smallest change beyond measurement error (MDC) for
// a device and rater.
type MeasurementError struct {
	ID      string   `json:"id"`
	Regions []string `json:"regions,omitempty"` // empty: any
	Devices []string `json:"devices"`
	Rater   string   `json:"rater"` // "same" or "different"
	Unit    string   `json:"unit"`
	MDC     float64  `json:"mdc"`
	MDCHigh float64  `json:"mdc_high,omitempty"` // where a range is published
	// Default rows are the working thresholds; others are evidence to show.
	Default  bool   `json:"default,omitempty"`
	Verified bool   `json:"verified"` // read in its source
	Source   string `json:"source"`
	Notes    string `json:"notes,omitempty"`
}

// ROMRegion is a joint or part of the spine whose motions are charted together.
type ROMRegion struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Zone  string `json:"zone"` // body zone it belongs to
}

// ROM is the file of norms and measurement errors.
type ROM struct {
	Meta
	Regions []ROMRegion `json:"regions"`
	Devices []Tag       `json:"devices"`
	// Positions a person may be measured in, where it is not the norm's own.
	Positions []Tag              `json:"positions"`
	Norms     []Norm             `json:"norms"`
	Errors    []MeasurementError `json:"errors"`
}

// ParseROM reads the file of norms.
func ParseROM(file string, b []byte) (ROM, error) {
	var r ROM
	if err := decode(file, b, &r); err != nil {
		return ROM{}, err
	}
	if err := r.finish(file, "soapstone/rom/1", b); err != nil {
		return ROM{}, failure(file, "", err)
	}
	if err := unique(file, "region", r.Regions, func(x ROMRegion) string { return x.ID }); err != nil {
		return ROM{}, err
	}
	if err := labelled(file, "device", r.Devices); err != nil {
		return ROM{}, err
	}
	if err := labelled(file, "position", r.Positions); err != nil {
		return ROM{}, err
	}
	if err := unique(file, "norm", r.Norms, func(x Norm) string { return x.ID }); err != nil {
		return ROM{}, err
	}
	if err := unique(file, "error", r.Errors, func(x MeasurementError) string { return x.ID }); err != nil {
		return ROM{}, err
	}
	if len(r.Norms) == 0 {
		return ROM{}, failure(file, "", errors.New("no norms"))
	}
	for _, n := range r.Norms {
		if err := n.check(r); err != nil {
			return ROM{}, failure(file, "norm "+n.ID, err)
		}
	}
	for _, e := range r.Errors {
		if err := e.check(r); err != nil {
			return ROM{}, failure(file, "error "+e.ID, err)
		}
	}
	return r, nil
}

func (n Norm) check(r ROM) error {
	if err := required("label", n.Label, "source", n.Source); err != nil {
		return err
	}
	switch {
	case !r.hasRegion(n.Region):
		return fmt.Errorf("region %q does not exist", n.Region)
	case n.Unit != "deg" && n.Unit != "mm":
		return fmt.Errorf("unit %q is neither deg nor mm", n.Unit)
	case n.Low < 0 || n.High < n.Low || n.High > 360:
		return fmt.Errorf("range %v to %v is absurd", n.Low, n.High)
	}
	return nil
}

func (e MeasurementError) check(r ROM) error {
	if err := required("source", e.Source); err != nil {
		return err
	}
	for _, x := range e.Regions {
		if !r.hasRegion(x) {
			return fmt.Errorf("region %q does not exist", x)
		}
	}
	for _, d := range e.Devices {
		if !hasTag(r.Devices, d) {
			return fmt.Errorf("device %q does not exist", d)
		}
	}
	switch {
	case len(e.Devices) == 0:
		return errors.New("devices are missing")
	case e.Rater != "same" && e.Rater != "different":
		return fmt.Errorf("rater %q is neither same nor different", e.Rater)
	case e.Unit != "deg" && e.Unit != "mm":
		return fmt.Errorf("unit %q is neither deg nor mm", e.Unit)
	case e.MDC <= 0 || (e.MDCHigh != 0 && e.MDCHigh < e.MDC):
		return errors.New("mdc must be positive and not above mdc_high")
	}
	return nil
}

func (r ROM) hasRegion(id string) bool {
	return slices.ContainsFunc(r.Regions, func(x ROMRegion) bool { return x.ID == id })
}

// Norm finds a norm by id.
func (r ROM) Norm(id string) (Norm, bool) {
	i := slices.IndexFunc(r.Norms, func(n Norm) bool { return n.ID == id })
	if i < 0 {
		return Norm{}, false
	}
	return r.Norms[i], true
}

// In lists the norms of a region, in the order they are charted.
func (r ROM) In(region string) []Norm {
	var out []Norm
	for _, n := range r.Norms {
		if n.Region == region {
			out = append(out, n)
		}
	}
	return out
}

// MDC is the working threshold for a change in a region, measured twice with
// a device by the same or by different raters. A row that names the region
// goes before one for any region. The second value is false when none is held.
func (r ROM) MDC(region, device string, sameRater bool) (MeasurementError, bool) {
	var general MeasurementError
	for _, e := range r.Errors {
		if !e.Default || !slices.Contains(e.Devices, device) || (e.Rater == "same") != sameRater {
			continue
		}
		if slices.Contains(e.Regions, region) {
			return e, true
		}
		if len(e.Regions) == 0 && general.ID == "" {
			general = e
		}
	}
	return general, general.ID != ""
}

// Evidence lists published rows for a region that are not working thresholds.
func (r ROM) Evidence(region string) []MeasurementError {
	var out []MeasurementError
	for _, e := range r.Errors {
		if !e.Default && (len(e.Regions) == 0 || slices.Contains(e.Regions, region)) {
			out = append(out, e)
		}
	}
	return out
}
