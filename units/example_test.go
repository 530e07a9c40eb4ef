package units_test

import (
	"fmt"

	"soapstone/units"
)

// Twenty-five minutes each of two techniques are fifty minutes, three units;
// which of the two gets the third is the clinician's choice.
func ExampleCompute() {
	visit := []units.Line{{"97140", 25, true}, {"97124", 25, true}, {"97010", 10, false}}
	r, err := units.Compute(units.CMSTotalTime, visit, "97124")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range r.Counts {
		fmt.Println(c.Key, c.Units)
	}
	fmt.Println(r.TimedMinutes, "timed minutes of", r.TreatmentMinutes)
	// Output:
	// 97140 1
	// 97124 2
	// 97010 1
	// 50 timed minutes of 60
}
