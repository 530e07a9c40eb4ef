package demo

import "soapstone/internal/assessment"

// condition is a kind of course of care: what is prescribed, where it hurts,
// what is measured and how it is treated.
type condition struct {
	name       string
	codes      []string // as prescribed, right side where sided
	left       []string // the same for the left side
	region     assessment.Region
	motions    []motion
	sites      []string // without side: -r or -l is added; a name ending in ! is midline
	techniques []string
	activities []string // what patients find hard
	pressure   int
	reason     string
	medicines  []string
	perWeek    int64
	weeks      int64
}

// motion starts reduced and comes nearer to its norm.
type motion struct {
	id     string
	sided  bool
	start  float64
	normal float64
}

var neck = []motion{{"cervical.rotation", true, 48, 75}, {"cervical.lateral-flexion", true, 28, 42}, {"cervical.flexion", false, 36, 48}}
var back = []motion{{"lumbar.flexion", false, 34, 56}, {"lumbar.extension", false, 12, 23}, {"lumbar.lateral-flexion", true, 14, 24}}
var shoulder = []motion{{"shoulder.flexion", true, 118, 172}, {"shoulder.abduction", true, 95, 168}, {"shoulder.external-rotation", true, 48, 84}}

// conditions are those that the assessment's regions cover.
var conditions = []condition{
	{name: "neck pain", codes: []string{"M54.2"}, region: assessment.Neck, motions: neck, sites: []string{"trap-upper", "levator", "suboccipitals"},
		techniques: []string{"myofascial-release", "trigger-point"}, activities: []string{"Look over the shoulder when driving", "Read for half an hour", "Sleep through the night"},
		pressure: 3, reason: "Neck pain since a month of desk work; worse by the afternoon.", perWeek: 2, weeks: 5},
	{name: "low back pain", codes: []string{"M54.50"}, region: assessment.Back, motions: back, sites: []string{"ql", "lumb-paraspinals", "glute-med"},
		techniques: []string{"swedish", "myofascial-release"}, activities: []string{"Lift the laundry basket", "Sit through a meeting", "Put on socks"},
		pressure: 3, reason: "Low back pain after moving house; stiff in the morning.", medicines: []string{"Ibuprofen 400 mg"}, perWeek: 1, weeks: 8},
	{name: "shoulder pain", codes: []string{"M25.511"}, left: []string{"M25.512"}, region: assessment.Shoulder, motions: shoulder, sites: []string{"infraspinatus", "supraspinatus", "pec-minor"},
		techniques: []string{"trigger-point", "myofascial-release"}, activities: []string{"Reach the top shelf", "Fasten a seat belt", "Sleep on that side"},
		pressure: 3, reason: "Shoulder pain with overhead work for three months.", perWeek: 2, weeks: 5},
	{name: "tension headache", codes: []string{"G44.209", "M54.2"}, region: assessment.Neck, motions: neck, sites: []string{"suboccipitals", "scm", "trap-upper"},
		techniques: []string{"trigger-point", "myofascial-release"}, activities: []string{"Work a full day at the screen", "Drive for an hour", "Play with the children"},
		pressure: 2, reason: "Headaches four days a week, starting in the neck.", perWeek: 2, weeks: 5},
	{name: "fibromyalgia", codes: []string{"M79.7"}, region: assessment.Neck, motions: neck, sites: []string{"trap-upper", "levator"},
		techniques: []string{"myofascial-release"}, activities: []string{"Walk around the block", "Cook a meal", "Sleep through the night"},
		pressure: 1, reason: "Widespread pain for years; wants to sleep better.", medicines: []string{"Duloxetine 60 mg"}, perWeek: 1, weeks: 8},
	{name: "sciatica", codes: []string{"M54.31"}, left: []string{"M54.32"}, region: assessment.Back, motions: back, sites: []string{"piriformis", "glute-med", "ql"},
		techniques: []string{"myofascial-release", "trigger-point"}, activities: []string{"Sit for forty minutes", "Tie the shoes", "Climb stairs"},
		pressure: 2, reason: "Pain from the buttock to the calf, less each week.", perWeek: 2, weeks: 5},
	{name: "whiplash", codes: []string{"S13.4XXD", "M54.2"}, region: assessment.Neck, motions: neck, sites: []string{"cerv-paraspinals", "trap-upper", "scm"},
		techniques: []string{"myofascial-release", "swedish"}, activities: []string{"Check the blind spot", "Carry shopping", "Work at the computer"},
		pressure: 2, reason: "Rear-end collision ten weeks ago; neck stiff since.", perWeek: 2, weeks: 4},
	{name: "rotator cuff", codes: []string{"M75.101"}, left: []string{"M75.102"}, region: assessment.Shoulder, motions: shoulder, sites: []string{"supraspinatus", "infraspinatus", "delt-lat"},
		techniques: []string{"myofascial-release", "cross-fiber-friction"}, activities: []string{"Wash the hair", "Throw a ball", "Reach behind the back"},
		pressure: 3, reason: "Shoulder pain since a fall; physical therapy alongside.", perWeek: 1, weeks: 8},
	{name: "myofascial pain", codes: []string{"M79.18"}, region: assessment.Back, motions: back, sites: []string{"thor-paraspinals", "rhomboids", "ql"},
		techniques: []string{"trigger-point", "swedish"}, activities: []string{"Stand at the stove", "Vacuum the flat", "Sit at the desk"},
		pressure: 3, reason: "Knots between the shoulder blades, headaches some days.", medicines: []string{"Lisinopril 10 mg"}, perWeek: 1, weeks: 8},
	{name: "frozen shoulder", codes: []string{"M75.01"}, left: []string{"M75.02"}, region: assessment.Shoulder, motions: shoulder, sites: []string{"delt-lat", "infraspinatus", "pec-minor"},
		techniques: []string{"myofascial-release", "swedish"}, activities: []string{"Put on a coat", "Reach the seat belt", "Lie on that side"},
		pressure: 2, reason: "Shoulder stiff and painful for five months.", medicines: []string{"Metformin 500 mg"}, perWeek: 1, weeks: 8},
}

// first and last names of invented people.
var firstNames = []string{"Dana", "Rosa", "Marcus", "Priya", "Tomas", "Helen", "Andre", "Mei", "Fatima", "Oskar", "Jada", "Victor", "Nadia", "Elias", "Carmen",
	"Liam", "Aiko", "Samuel", "Greta", "Malik", "Ingrid", "Rafael", "Tessa", "Bruno", "Leila", "Caleb", "Yara", "Simon", "Naomi", "Felix", "Zoë", "Owen", "Abena", "Hugo", "Clara"}
var lastNames = []string{"Okafor", "Lindqvist", "Pham", "Ruiz", "Kowalski", "Abernathy", "Diallo", "Moreau", "Nakamura", "Ferris", "Quintana", "Hollis", "Baptiste", "Vance",
	"Iyer", "Castellano", "Reyes", "Thornton", "Bauer", "Mbeki", "Svensson", "O'Rourke", "Delgado", "Petrov", "Whitaker", "Yilmaz", "Adeyemi", "Larkin", "Santos", "Dvořák", "Fontaine", "Gallo", "Hassan", "Jensen"}
var female = map[string]bool{"Dana": true, "Rosa": true, "Priya": true, "Helen": true, "Mei": true, "Fatima": true, "Jada": true, "Nadia": true, "Carmen": true, "Aiko": true,
	"Greta": true, "Ingrid": true, "Tessa": true, "Leila": true, "Yara": true, "Naomi": true, "Zoë": true, "Abena": true, "Clara": true}
