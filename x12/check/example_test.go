package check_test

import (
	"fmt"
	"os"

	"soapstone/x12"
	"soapstone/x12/check"
)

func ExampleFile() {
	file, err := os.Open("../testdata/va.837")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = file.Close() }()
	findings, err := check.File(file, check.Options{Today: x12.Date{Year: 2026, Month: 1, Day: 14}})
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = check.WriteText(os.Stdout, "va.837", findings)
	// Output:
	// va.837: segment 4 (BHT04) in HEADER: error: The date lies in the future. Correct it. [date-future]
	// va.837: 1 error, 0 warnings
}
