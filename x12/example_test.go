package x12_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"soapstone/x12"
)

func ExampleReader() {
	file, err := os.Open("testdata/va.837")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = file.Close() }()
	for rd := x12.NewReader(file); ; {
		s, err := rd.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		if s.ID == "SV1" {
			cents, _ := x12.ParseCents(s.Element(2))
			fmt.Println(s.Component(1, 2), cents, s.Element(4))
		}
	}
	// Output:
	// 97124 6000 2
	// 97140 3000 1
}

func ExampleWrite837P() {
	ich := again(1, "BATCH1", "MM-0001R", "7")
	ich.Groups[0].Transactions[0].Billing[0].Insurance[0].Name.Last = "Nuñez"
	var out strings.Builder
	if err := x12.Write837P(&out, ich, x12.Options{LineEnd: "\n"}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.Split(out.String(), "\n")[15])
	// Output:
	// NM1*IL*1*NUNEZ*PAT*Q***MI*MBR0000001~
}
