package demo

import "soapstone/internal/assessment"

// What patients and therapists in the story say.
var (
	saidBetter   = []string{"Slept better after the last session.", "Could work a full day with less pain.", "Looser for two days, then tight again.", "Needed no tablet this week.", "Drove an hour without trouble."}
	saidSame     = []string{"About the same as last time.", "Good for a day, then as before.", "Busy week, did the exercises twice.", "No change at work, a little easier at home."}
	saidWorse    = []string{"Long drive on Sunday, worse since.", "Carried boxes, it flared up.", "Slept badly, tighter this morning.", "Two bad days after gardening."}
	felt         = []string{"Looser, turns more easily.", "Less tender to touch.", "Relaxed, breathing deeper.", "Lighter on standing up.", ""}
	observations = []string{"", "Guards the affected side when undressing.", "Stands more evenly than last time.", "Taut bands palpable at the marked sites.", "Skin warm and mobile, no bruising."}
	homeCare     = map[assessment.Region][]string{
		assessment.Neck:     {"Chin tucks, ten times, twice a day", "A break from the screen every 40 minutes", "Heat for ten minutes in the evening"},
		assessment.Back:     {"Walk fifteen minutes a day", "Knees to chest, five times, morning and evening", "Stand up every half hour"},
		assessment.Shoulder: {"Pendulum, one minute, three times a day", "Slide the hand up the wall, ten times", "Sleep with a pillow under the arm"},
	}
)
