package demo

import "soapstone/internal/assessment"

// What comes from nerves, wounds and operations.
var nerves = []condition{
	{name: "sciatica", codes: []string{"M54.31"}, left: []string{"M54.32"}, region: assessment.Back, motions: back, sites: []string{"piriformis", "glute-med", "ql"},
		techniques: []string{"myofascial-release", "trigger-point"}, activities: []string{"Sit for forty minutes", "Tie the shoes", "Climb stairs"},
		pressure: 2, reason: "Pain from the buttock to the calf, less each week.", perWeek: 2, weeks: 5},
	{name: "migraine", codes: []string{"G43.709", "M54.2"}, region: assessment.Neck, motions: neck, sites: []string{"suboccipitals", "temporalis", "trap-upper"},
		techniques: []string{"trigger-point", "swedish"}, activities: []string{"Work without lying down", "Read in the evening", "Go out with friends"},
		pressure: 2, reason: "Migraine six days a month; the neck tightens the day before.", medicines: []string{"Sumatriptan 50 mg"}, perWeek: 1, weeks: 10, renewed: true},
	{name: "thoracic outlet", codes: []string{"G54.0"}, region: assessment.Shoulder, motions: shoulder, sites: []string{"scalenes", "pec-minor", "trap-upper"},
		techniques: []string{"nmt", "myofascial-release"}, activities: []string{"Carry a bag on the shoulder", "Hang pictures", "Sleep with the arm up"},
		pressure: 2, reason: "Arm heavy and tingling when it is held up.", perWeek: 1, weeks: 10},
	{name: "post-surgical recovery", codes: []string{"Z47.89", "M25.611"}, left: []string{"Z47.89", "M25.612"}, region: assessment.Shoulder, motions: shoulder, sites: []string{"delt-ant", "infraspinatus", "teres"},
		techniques: []string{"scar-work", "passive-rom"}, activities: []string{"Lift a plate into the cupboard", "Dress alone", "Push a door"},
		pressure: 2, reason: "Cuff repair seven months ago; the surgeon wants less scar and more reach.", perWeek: 2, weeks: 6, whose: insured},
	{name: "scar tissue", codes: []string{"L90.5", "M54.50"}, region: assessment.Back, motions: back, sites: []string{"obliques", "ql", "lumb-paraspinals"},
		techniques: []string{"scar-work", "myofascial-release"}, activities: []string{"Stretch to the top shelf", "Twist to reverse the car", "Wear a belt"},
		pressure: 2, reason: "A scar on the flank pulls with every twist, two years after the operation.", perWeek: 1, weeks: 8, whose: insured},
	{name: "stroke recovery", codes: []string{"I69.351", "M25.511"}, left: []string{"I69.352", "M25.512"}, region: assessment.Shoulder, motions: shoulder, sites: []string{"delt-lat", "biceps", "teres"},
		techniques: []string{"swedish", "passive-rom"}, activities: []string{"Hold a fork", "Reach for a door handle", "Put on a sleeve"},
		pressure: 1, reason: "Stroke a year ago; the arm is stiff and the shoulder sore.", medicines: []string{"Clopidogrel 75 mg"}, perWeek: 1, weeks: 12, whose: older, renewed: true},
	{name: "IBS", codes: []string{"K58.9", "M54.50"}, region: assessment.Back, motions: back, sites: []string{"rectus-abd", "obliques", "ql"},
		techniques: []string{"abdominal", "myofascial-release"}, activities: []string{"Sit through a film", "Eat lunch out", "Walk after supper"},
		pressure: 1, reason: "Irritable bowel for years; cramps and a sore low back.", perWeek: 1, weeks: 8, whose: insured},
}

// What is treated gently.
var gentle = []condition{
	{name: "fibromyalgia", codes: []string{"M79.7"}, region: assessment.Neck, motions: neck, sites: []string{"trap-upper", "levator"},
		techniques: []string{"myofascial-release"}, activities: []string{"Walk around the block", "Cook a meal", "Sleep through the night"},
		pressure: 1, reason: "Widespread pain for years; wants to sleep better.", medicines: []string{"Duloxetine 60 mg"}, perWeek: 1, weeks: 10, renewed: true},
	{name: "multiple sclerosis", codes: []string{"G35.D"}, region: assessment.Pelvis, motions: hip, sites: []string{"adductors", "gastroc-med", "glute-med"},
		techniques: []string{"swedish", "passive-rom"}, activities: []string{"Walk to the mailbox", "Get out of the bath", "Stand to cook"},
		pressure: 1, reason: "Multiple sclerosis for nine years; legs stiff by the evening.", perWeek: 1, weeks: 12, whose: insured, renewed: true},
	{name: "lymphedema", codes: []string{"I97.2"}, region: assessment.Shoulder, motions: shoulder, sites: []string{"biceps", "forearm-flex", "delt-ant"},
		techniques: []string{"mld"}, activities: []string{"Wear the ring", "Carry the groceries", "Sleep without a pillow under the arm"},
		pressure: 1, reason: "Arm swollen since breast surgery three years ago; wears a sleeve.", perWeek: 2, weeks: 6, whose: insured, renewed: true},
	{name: "edema", codes: []string{"R60.0"}, region: assessment.Pelvis, motions: hip, sites: []string{"gastroc-med", "ankle-ant", "foot-dors"},
		techniques: []string{"edema-effleurage"}, activities: []string{"Wear normal shoes", "Stand for an hour", "Walk after work"},
		pressure: 1, reason: "Ankle swollen since a sprain in spring; the doctor has looked at heart and veins.", perWeek: 2, weeks: 4, whose: insured},
	{name: "depression", codes: []string{"F33.1", "M54.2"}, region: assessment.Neck, motions: neck, sites: []string{"trap-upper", "suboccipitals", "levator"},
		techniques: []string{"swedish"}, activities: []string{"Get up before nine", "Meet a friend", "Finish a task at work"},
		pressure: 2, reason: "In treatment for depression; neck and shoulders are tight and sleep is poor.", medicines: []string{"Sertraline 50 mg"}, perWeek: 1, weeks: 10, whose: insured},
	{name: "anxiety", codes: []string{"F41.1", "M62.838"}, region: assessment.Neck, motions: neck, sites: []string{"trap-upper", "scm", "suboccipitals"},
		techniques: []string{"swedish"}, activities: []string{"Fall asleep within half an hour", "Ride the train", "Speak in a meeting"},
		pressure: 1, reason: "Anxiety with tight shoulders; wants to sleep and to ride the train again.", perWeek: 1, weeks: 10, whose: insured, renewed: true},
	{name: "PTSD", codes: []string{"F43.12", "M54.2"}, region: assessment.Neck, motions: neck, sites: []string{"trap-upper", "levator", "suboccipitals"},
		techniques: []string{"swedish"}, activities: []string{"Sleep through the night", "Shop in a crowd", "Drive on the highway"},
		pressure: 1, reason: "Referred from trauma care; always tense, neck and jaw ache.", perWeek: 1, weeks: 12, whose: insured, yes: []string{"ans.trauma_history"}, renewed: true},
	{name: "pregnancy", codes: []string{"O26.892", "M54.50"}, region: assessment.Back, motions: back, sites: []string{"ql", "glute-med", "thor-paraspinals"},
		techniques: []string{"swedish"}, activities: []string{"Sleep on the side", "Stand through a class", "Tie the shoes"},
		pressure: 2, reason: "Second trimester; the low back aches from noon on.", perWeek: 1, weeks: 8, whose: expecting, yes: []string{"ans.pregnant"}},
}
