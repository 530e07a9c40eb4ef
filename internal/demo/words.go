package demo

import (
	"fmt"
	"math"
	"strings"

	"soapstone/internal/assessment"
	"soapstone/internal/visit/note"
)

// What patients and therapists in the story say. %s is an activity that the
// patient finds hard, %d a number of days.
var (
	saidBetter = []string{"%s went better on %d days.", "Can do this again for a while: %s. Looser for %d days after the session.", "Needed no tablet for %d days; %s hurts less.",
		"Slept through on %d nights. %s is easier.", "%s without stopping, %d times this week.", "Two steps forward: %s works in the morning, %d good days."}
	saidSame = []string{"%s is as hard as last time; %d good days, then as before.", "Good for %d days, then as before. %s still hurts.", "No change with this: %s. Did the exercises on %d days.",
		"A busy week. %s about the same, exercises on %d days.", "%s no better; %d nights of poor sleep."}
	saidWorse = []string{"A long drive, worse for %d days. %s hardly works.", "Carried boxes and it flared up: %s hurt for %d days.", "Slept badly on %d nights; %s is harder.",
		"%d bad days after the garden. %s was put off.", "Stiff for %d days after a cold. %s needs breaks."}
	also = []string{"", "Work is calmer now.", "Works longer hours this month.", "Walks every day.", "Has skipped the exercises.", "Heat helps in the evening.", "Cold mornings are worst.",
		"Sees the prescriber next week.", "Physical therapy goes on.", "Began swimming.", "Sits less than before.", "A new chair at work.", "Travelled by train.", "Family visiting."}
	felt = []string{"Looser, moves more easily.", "Less tender to touch.", "Relaxed, breathing deeper.", "Lighter on standing up.", "Warm, a little tired.", "Turns over on the table without help.", ""}
	seen = []string{"Guards the %s side when undressing.", "Stands more evenly than last time.", "Taut bands palpable on the %s side.", "Skin warm and mobile, no bruising.", "Weight on the %s side when standing.",
		"Moves without holding on.", "Breath shallow at first, deeper after ten minutes.", "Tissue on the %s side less dense than before.", "Sits down slowly, favors the %s side.", "Tender at the marked sites, less with slow pressure."}
	homeCare = map[assessment.Region][]string{
		assessment.Neck:     {"Chin tucks, ten times, twice a day", "A break from the screen every 40 minutes", "Heat for ten minutes in the evening"},
		assessment.Back:     {"Walk fifteen minutes a day", "Knees to chest, five times, morning and evening", "Stand up every half hour"},
		assessment.Shoulder: {"Pendulum, one minute, three times a day", "Slide the hand up the wall, ten times", "Sleep with a pillow under the arm"},
		assessment.Pelvis:   {"Calf stretch at the wall, thirty seconds, three times a day", "Walk ten minutes on level ground", "Leg up for a quarter of an hour at noon"},
		assessment.Wrist:    {"Open and close the hand in warm water, twice a day", "Forearm stretch before work", "A pause from gripping every half hour"},
	}
)

func (s *course) home() []string { return homeCare[s.c.region] }

// tell fills in a sentence that the patient has not said before.
func (b *builder) tell(s *course, from []string) string {
	for {
		line := pick(b, from)
		what, days := pick(b, s.c.activities), 1+b.rng.IntN(5)
		if at := strings.Index(line, "%s"); at > 0 && !strings.HasSuffix(line[:at], ". ") {
			what = strings.ToLower(what[:1]) + what[1:]
		}
		if strings.Index(line, "%s") < strings.Index(line, "%d") {
			line = fmt.Sprintf(line, what, days)
		} else {
			line = fmt.Sprintf(line, days, what)
		}
		line = strings.TrimSpace(strings.ReplaceAll(line+" "+pick(b, also), "on 1 days", "on one day"))
		for _, one := range [][2]string{{"1 days", "one day"}, {"1 nights", "one night"}, {"1 times", "once"}, {"1 good days", "one good day"}, {"1 bad days", "One bad day"}} {
			line = strings.ReplaceAll(line, one[0], one[1])
		}
		if !s.said[line] {
			s.said[line] = true
			return line
		}
	}
}

func (b *builder) subjective(s *course, i int, first bool) note.Subjective {
	pain := s.painAt(i, float64(b.rng.IntN(3)-1)*0.6)
	sub := note.Subjective{PainNow: note.Ptr(pain), SinceLast: note.SinceFirst, Text: s.reason}
	if first {
		return sub
	}
	before := s.painAt(max(i-1, 0), 0)
	switch {
	case pain < before:
		sub.SinceLast, sub.Text = note.SinceBetter, b.tell(s, saidBetter)
	case pain > before:
		sub.SinceLast, sub.Text = note.SinceWorse, b.tell(s, saidWorse)
	default:
		sub.SinceLast, sub.Text = note.SinceSame, b.tell(s, saidSame)
	}
	return sub
}

// seen is what the therapist sees at a session.
func (b *builder) seen(s *course, i int) string {
	if b.rng.IntN(5) == 0 {
		return ""
	}
	line := pick(b, seen)
	if strings.Contains(line, "%s") {
		line = fmt.Sprintf(line, map[string]string{"r": "right", "l": "left"}[s.side])
	}
	return line
}

func (b *builder) assessmentText(s *course, i int) string {
	switch {
	case i == 0 && s.after != nil:
		return fmt.Sprintf("First session under the new prescription. Pain %d/10 at its start.", s.painAt(0, 0))
	case i == 0:
		return "First session of the course. Findings as on the body chart."
	}
	return fmt.Sprintf("Session %d of %d. Pain %d/10 at the first session, %d/10 today.", i+1, len(s.visits), int(math.Round(s.pain)), s.painAt(i, 0))
}
