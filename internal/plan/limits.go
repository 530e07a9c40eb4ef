package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
)

// Position is how the patient lies or sits; "" leaves it open.
type Position string

// Positions in the order shown.
func Positions() []Position {
	return []Position{"prone", "supine", "side-left", "side-right", "seated"}
}

// Label is the position in words.
func (p Position) Label() string {
	switch p {
	case "prone":
		return "Face down"
	case "supine":
		return "On the back"
	case "side-left":
		return "On the left side"
	case "side-right":
		return "On the right side"
	case "seated":
		return "Seated"
	}
	return string(p)
}

// Limits are what safety and consent leave open for a patient. The zero value
// leaves everything open.
type Limits struct {
	MaxPressure int64             // 1 to 5; 0 for no cap
	Sites       map[string]string // body sites to leave alone, with the reason
	Techniques  map[string]string // tags of techniques to leave out, with the reason
	Positions   []string          // to avoid
}

// None reports that nothing is limited.
func (l Limits) None() bool {
	return l.MaxPressure == 0 && len(l.Sites) == 0 && len(l.Techniques) == 0 && len(l.Positions) == 0
}

// Safety tells what safety and consent leave open for a patient now.
type Safety interface {
	Limits(ctx context.Context, tx *db.Tx, p id.Patient) (Limits, error)
}

func (s *Service) limits(ctx context.Context, tx *db.Tx, p id.Patient) (Limits, error) {
	if s.Safety == nil {
		return Limits{}, nil
	}
	return s.Safety.Limits(ctx, tx, p)
}

// within refuses what goes beyond the limits unless the reason is written down.
func (b *builder) within(at string, x Intervention, t knowledge.Technique) {
	const orWhy = " Choose differently, or write why it is right."
	if strings.TrimSpace(x.Reason) != "" {
		return
	}
	l := b.Limits
	b.need(l.MaxPressure == 0 || x.Pressure <= l.MaxPressure, at+"pressure", fmt.Sprintf("Pressure is to be at most %d.", l.MaxPressure)+orWhy)
	b.need(x.Position == "" || !slices.Contains(l.Positions, string(x.Position)), at+"position", "“"+x.Position.Label()+"” is to be avoided."+orWhy)
	for _, tag := range t.Tags {
		if why, barred := l.Techniques[tag]; barred {
			b.need(false, at+"technique", why+orWhy)
			break
		}
	}
	for _, r := range x.Regions {
		if why := b.barred(r); why != "" {
			b.need(false, at+"regions", why+orWhy)
			break
		}
	}
}

// barred is why a place must be left alone; "" when it need not. A zone must be
// when every site in it must.
func (b *builder) barred(place string) string {
	if why, ok := b.Limits.Sites[place]; ok {
		return why
	}
	if b.Sites == nil || len(b.Limits.Sites) == 0 {
		return ""
	}
	why := ""
	for _, x := range b.Sites() {
		if x.Zone != place {
			continue
		}
		w, ok := b.Limits.Sites[x.ID]
		if !ok {
			return ""
		}
		why = w
	}
	return why
}
