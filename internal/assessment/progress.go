package assessment

// Area is a part of an assessment that is entered on a page of its own.
type Area string

// The areas.
const (
	AreaPain      Area = "pain"
	AreaROM       Area = "rom"
	AreaPalpation Area = "palpation"
	AreaPosture   Area = "posture"
	AreaGait      Area = "gait"
	AreaStrength  Area = "strength"
	AreaTests     Area = "tests"
)

// Areas in the order shown.
func Areas() []Area {
	return []Area{AreaPain, AreaROM, AreaPalpation, AreaPosture, AreaGait, AreaStrength, AreaTests}
}

// Label is the area in words.
func (a Area) Label() string {
	switch a {
	case AreaPain:
		return "Pain"
	case AreaROM:
		return "ROM"
	case AreaPalpation:
		return "Palpation"
	case AreaPosture:
		return "Posture"
	case AreaGait:
		return "Gait"
	case AreaStrength:
		return "Strength"
	case AreaTests:
		return "Special tests"
	}
	return string(a)
}

// Progress is how far an area has come. Of is 0 where no number is due.
type Progress struct {
	Area     Area
	Done, Of int
}

// Progress counts what was entered in each area: active motions, muscle groups
// and tests against those that the chosen regions offer.
func (c Content) Progress(cat Catalogue) []Progress {
	motions, tests := 0, 0
	for _, r := range c.Regions {
		for _, j := range r.Joints() {
			for _, n := range cat.ROM.In(j) {
				motions += len(n.Sides())
			}
		}
		for _, t := range cat.Tests.In(string(r)) {
			tests += len(t.Sides())
		}
	}
	posture := len(c.Posture)
	if c.ForwardHead != nil {
		posture++
	}
	if c.PostureText != "" {
		posture++
	}
	gait := 0
	if !c.Gait.Empty() {
		gait = 1
	}
	return []Progress{
		{AreaPain, len(c.Pain), 0},
		{AreaROM, len(c.Motions), motions},
		{AreaPalpation, len(c.Palpation), 0},
		{AreaPosture, posture, 0},
		{AreaGait, gait, 0},
		{AreaStrength, len(c.Strength), 2 * len(MuscleGroups(cat, c.Regions))},
		{AreaTests, len(c.Tests), tests},
	}
}
