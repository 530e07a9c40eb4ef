package intake

import "slices"

// Choice is an answer that is offered.
type Choice struct{ Key, Label string }

// LabelOf is the label of a key, or the key itself when it is not offered any more.
func LabelOf(list []Choice, key string) string {
	for _, c := range list {
		if c.Key == key {
			return c.Label
		}
	}
	return key
}

// Keys lists the keys of choices.
func Keys(list []Choice) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = c.Key
	}
	return out
}

// How it began. Auto and Work decide who pays, and are asked for by claims
// (CMS-1500 box 10).
const (
	MechanismAuto = "auto"
	MechanismWork = "work"
)

// Mechanisms are how a complaint can begin.
func Mechanisms() []Choice {
	return []Choice{
		{"gradual", "Came gradually"}, {MechanismAuto, "Motor vehicle accident"}, {MechanismWork, "Injury at work"}, {"sport", "Sport or exercise"},
		{"fall", "Fall or other accident"}, {"surgery", "After surgery"}, {"other", "Something else"}, {"unknown", "Not known"},
	}
}

// Pressures the patient may prefer.
func Pressures() []Choice {
	return []Choice{{"light", "Light"}, {"medium", "Medium"}, {"firm", "Firm"}, {"ask", "Ask each time"}}
}

// Areas that a patient may not want touched.
func Areas() []Choice {
	return []Choice{
		{"scalp", "Scalp and hair"}, {"face", "Face"}, {"neck-front", "Front of the neck"}, {"chest", "Chest"}, {"abdomen", "Abdomen"},
		{"low-back", "Low back"}, {"buttocks", "Buttocks"}, {"inner-thigh", "Inner thighs"}, {"hands", "Hands"}, {"feet", "Feet"},
	}
}

// areaSites are the body sites of an area, so that what the patient does not want
// touched is marked on the body chart. Scalp, face and hands include what lies
// next to them.
var areaSites = map[string][]string{
	"scalp":       {"scalp-post", "frontalis-r", "frontalis-l", "temporalis-r", "temporalis-l"},
	"face":        {"frontalis-r", "frontalis-l", "temporalis-r", "temporalis-l", "tmj-r", "tmj-l", "masseter-r", "masseter-l"},
	"neck-front":  {"scm-r", "scm-l", "scalenes-r", "scalenes-l"},
	"chest":       {"pec-major-r", "pec-major-l", "pec-minor-r", "pec-minor-l", "sternum"},
	"abdomen":     {"rectus-abd-r", "rectus-abd-l", "obliques-r", "obliques-l", "psoas-r", "psoas-l", "iliacus-r", "iliacus-l", "diaphragm-r", "diaphragm-l"},
	"low-back":    {"lumb-paraspinals-r", "lumb-paraspinals-l", "ql-r", "ql-l", "si-joint-r", "si-joint-l", "l-spine", "sacrum"},
	"buttocks":    {"glute-max-r", "glute-max-l", "glute-med-r", "glute-med-l", "piriformis-r", "piriformis-l", "coccyx"},
	"inner-thigh": {"adductors-r", "adductors-l", "inguinal-r", "inguinal-l", "pubis"},
	"hands":       {"wrist-dors-r", "wrist-dors-l", "hand-dors-r", "hand-dors-l", "wrist-palm-r", "wrist-palm-l", "thenar-r", "thenar-l"},
	"feet":        {"heel-r", "heel-l", "foot-dors-r", "foot-dors-l", "ankle-ant-r", "ankle-ant-l"},
}

// SitesOf lists the body sites of an area that a patient may not want touched.
func SitesOf(area string) []string { return slices.Clone(areaSites[area]) }

// Positions that may not work for a patient.
func Positions() []Choice {
	return []Choice{{"prone", "Face down"}, {"supine", "Flat on the back"}, {"side-left", "Left side"}, {"side-right", "Right side"},
		{"seated", "Sitting"}, {"table", "Getting on and off the table"}}
}

// Clothing the patient prefers under the drape.
func Clothing() []Choice {
	return []Choice{{"draped", "Undressed as needed, draped"}, {"partly", "Partly clothed, draped"}, {"clothed", "Fully clothed"}}
}

// Checklist is a group of the health history.
type Checklist struct {
	Key, Label string
	Conditions []Choice
}

// Groups is the health checklist. It gathers history for the therapist to
// read; whether treatment is safe today is asked by the screening.
func Groups() []Checklist {
	return []Checklist{
		{"heart", "Heart and circulation", []Choice{{"high-bp", "High blood pressure"}, {"low-bp", "Low blood pressure"}, {"heart-disease", "Heart disease"},
			{"stroke", "Stroke or TIA"}, {"clot", "Blood clot"}, {"bleeding", "Bleeds or bruises easily"}, {"varicose", "Varicose veins"}, {"swelling", "Swelling, lymphedema"}}},
		{"bones", "Bones, joints and muscles", []Choice{{"arthritis", "Arthritis"}, {"osteoporosis", "Osteoporosis"}, {"fracture", "Fracture"}, {"disc", "Disc problem"},
			{"hypermobile", "Hypermobile joints"}, {"fibromyalgia", "Fibromyalgia"}, {"jaw", "Jaw problem"}, {"implant", "Joint replacement or metal"}}},
		{"nerves", "Nerves and head", []Choice{{"headache", "Headache or migraine"}, {"numbness", "Numbness or tingling"}, {"seizure", "Seizures"}, {"concussion", "Concussion"},
			{"dizziness", "Dizziness"}, {"ms", "Multiple sclerosis"}, {"neuropathy", "Neuropathy"}}},
		{"organs", "Lungs, digestion, kidneys, hormones", []Choice{{"asthma", "Asthma or COPD"}, {"diabetes", "Diabetes"}, {"thyroid", "Thyroid problem"}, {"kidney", "Kidney disease"},
			{"liver", "Liver disease"}, {"bowel", "Bowel problem"}, {"hernia", "Hernia"}}},
		{"skin", "Skin", []Choice{{"eczema", "Eczema or psoriasis"}, {"infection", "Infection or rash"}, {"wound", "Open wound"}, {"sensitive", "Sensitive skin"}}},
		{"immune", "Cancer and immune system", []Choice{{"cancer", "Cancer, now or before"}, {"nodes", "Lymph nodes removed"}, {"autoimmune", "Autoimmune disease"},
			{"hepatitis-hiv", "Hepatitis or HIV"}}},
		{"mind", "Mind and sleep", []Choice{{"anxiety", "Anxiety"}, {"depression", "Depression"}, {"ptsd", "Trauma or PTSD"}, {"sleep", "Poor sleep"}}},
		{"devices", "Devices and pregnancy", []Choice{{"pacemaker", "Pacemaker or defibrillator"}, {"pump", "Pump, port or sensor"}, {"pregnant", "Pregnant"},
			{"postpartum", "Gave birth within 12 weeks"}}},
	}
}

// None is the key of "none of these" in a group.
const None = "none"

// GroupOf finds a group by its key.
func GroupOf(key string) (Checklist, bool) {
	all := Groups()
	i := slices.IndexFunc(all, func(g Checklist) bool { return g.Key == key })
	if i < 0 {
		return Checklist{}, false
	}
	return all[i], true
}
