package consent

import (
	"context"
	"slices"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
)

// Area is how things stand, at an instant, for work that needs a consent of its
// own.
type Area struct {
	Key        string // of the text: "area-abdomen"
	Name       string // "abdomen"
	Sites      []string
	Techniques []string // tags
	Standing   Standing
	Ended      bool
	// Waits: the patient wishes a chaperone on that day and none is named.
	Waits bool
}

// Open reports that the area may be worked on.
func (a Area) Open() bool { return a.Standing == Given && !a.Ended && !a.Waits }

// Words says why the area may not be worked on; "" when it may.
func (a Area) Words() string {
	switch {
	case a.Open():
		return ""
	case a.Standing == Declined, a.Standing == Withdrawn:
		return "Consent was " + string(a.Standing) + " for work: " + a.Name + "."
	case a.Ended:
		return "Consent has ended for work: " + a.Name + ". Ask anew before you treat it."
	case a.Waits:
		return "The patient wishes a chaperone for work: " + a.Name + ". Name who is in the room first."
	}
	return "No consent is on file for work: " + a.Name + ". Ask for it before you treat it."
}

// Covers reports whether work on a body site or with a technique needs the consent.
func (a Area) Covers(site string, technique knowledge.Technique) bool {
	return slices.Contains(a.Sites, site) ||
		slices.ContainsFunc(a.Techniques, func(tag string) bool { return slices.Contains(technique.Tags, tag) })
}

// Areas tells how things stood at an instant for every area with a consent of its
// own. It is part of the caller's transaction, and the caller records the view.
func (s *Service) Areas(ctx context.Context, tx *db.Tx, p id.Patient, at time.Time) ([]Area, error) {
	a, err := authz.Require(ctx, authz.ConsentRead)
	if err != nil {
		return nil, err
	}
	entries, err := s.entries(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	said, err := s.chaperones(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	day := a.Today(at)
	waits := false
	if i := slices.IndexFunc(said, func(c Chaperone) bool { return c.On == day && !c.At.Time.After(at) }); i >= 0 {
		waits = said[i].Answer == ChaperoneWished
	}
	var out []Area
	for _, t := range s.keys() {
		if t.Kind != knowledge.ConsentArea {
			continue
		}
		now, err := s.text(t.ID, fallback, day)
		if err != nil {
			return nil, err
		}
		x := Area{Key: t.ID, Name: area(now.Title), Techniques: now.Techniques, Waits: waits}
		for _, region := range now.Regions {
			if r, ok := s.know.Region(region); ok {
				x.Sites = append(x.Sites, r.Sites...)
			}
		}
		if i := slices.IndexFunc(entries, func(e Entry) bool { return e.Key == t.ID && !e.At.Time.After(at) }); i >= 0 {
			x.Standing, x.Ended = entries[i].Action, entries[i].ended(day)
		}
		out = append(out, x)
	}
	return out, nil
}
