package practice

import (
	"errors"
	"strings"
	"time"
	_ "time/tzdata" // zones must be known on machines that bring none
)

// ErrZone is returned for a name that is no IANA time zone.
var ErrZone = errors.New("not an IANA time zone")

// CheckZone reports whether name is a zone of the IANA database such as
// America/Chicago. The machine's own zone ("Local") and bare offsets are
// refused: dates of service must not depend on the machine.
func CheckZone(name string) error {
	if name == "" || name == "Local" || len(name) > 64 || !strings.Contains(name, "/") && name != "UTC" {
		return ErrZone
	}
	if _, err := time.LoadLocation(name); err != nil {
		return ErrZone
	}
	return nil
}

// Zone is a time zone with the name people use.
type Zone struct{ Name, Label string }

// USZones are the zones of the states and territories, the most populous first
// within each offset.
func USZones() []Zone {
	return []Zone{
		{"America/New_York", "Eastern time (New York)"},
		{"America/Detroit", "Eastern time (Detroit)"},
		{"America/Indiana/Indianapolis", "Eastern time (Indianapolis)"},
		{"America/Kentucky/Louisville", "Eastern time (Louisville)"},
		{"America/Chicago", "Central time (Chicago)"},
		{"America/Indiana/Knox", "Central time (Knox, Indiana)"},
		{"America/North_Dakota/Center", "Central time (North Dakota)"},
		{"America/Menominee", "Central time (Menominee)"},
		{"America/Denver", "Mountain time (Denver)"},
		{"America/Boise", "Mountain time (Boise)"},
		{"America/Phoenix", "Mountain time, no daylight saving (Phoenix)"},
		{"America/Los_Angeles", "Pacific time (Los Angeles)"},
		{"America/Anchorage", "Alaska time (Anchorage)"},
		{"America/Adak", "Aleutian time (Adak)"},
		{"Pacific/Honolulu", "Hawaii time (Honolulu)"},
		{"America/Puerto_Rico", "Atlantic time (Puerto Rico)"},
		{"America/St_Thomas", "Atlantic time (US Virgin Islands)"},
		{"Pacific/Guam", "Chamorro time (Guam)"},
		{"Pacific/Saipan", "Chamorro time (Saipan)"},
		{"Pacific/Pago_Pago", "Samoa time (Pago Pago)"},
	}
}

// State is a US state or territory.
type State struct{ Code, Name string }

// States are the 50 states, the District of Columbia and the territories by name.
func States() []State { return append([]State(nil), states...) }

var states = []State{
	{"AL", "Alabama"}, {"AK", "Alaska"}, {"AS", "American Samoa"}, {"AZ", "Arizona"}, {"AR", "Arkansas"}, {"CA", "California"},
	{"CO", "Colorado"}, {"CT", "Connecticut"}, {"DE", "Delaware"}, {"DC", "District of Columbia"}, {"FL", "Florida"},
	{"GA", "Georgia"}, {"GU", "Guam"}, {"HI", "Hawaii"}, {"ID", "Idaho"}, {"IL", "Illinois"}, {"IN", "Indiana"}, {"IA", "Iowa"},
	{"KS", "Kansas"}, {"KY", "Kentucky"}, {"LA", "Louisiana"}, {"ME", "Maine"}, {"MD", "Maryland"}, {"MA", "Massachusetts"},
	{"MI", "Michigan"}, {"MN", "Minnesota"}, {"MS", "Mississippi"}, {"MO", "Missouri"}, {"MT", "Montana"}, {"NE", "Nebraska"},
	{"NV", "Nevada"}, {"NH", "New Hampshire"}, {"NJ", "New Jersey"}, {"NM", "New Mexico"}, {"NY", "New York"},
	{"NC", "North Carolina"}, {"ND", "North Dakota"}, {"MP", "Northern Mariana Islands"}, {"OH", "Ohio"}, {"OK", "Oklahoma"},
	{"OR", "Oregon"}, {"PA", "Pennsylvania"}, {"PR", "Puerto Rico"}, {"RI", "Rhode Island"}, {"SC", "South Carolina"},
	{"SD", "South Dakota"}, {"TN", "Tennessee"}, {"TX", "Texas"}, {"VI", "US Virgin Islands"}, {"UT", "Utah"}, {"VT", "Vermont"},
	{"VA", "Virginia"}, {"WA", "Washington"}, {"WV", "West Virginia"}, {"WI", "Wisconsin"}, {"WY", "Wyoming"},
}

// CheckState reports whether code is the postal code of a state or territory.
func CheckState(code string) bool {
	for _, s := range states {
		if s.Code == code {
			return true
		}
	}
	return false
}
