package money_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soapstone/internal/money"
)

func TestParse(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		want     money.Cents
		err      error
	}{
		{"whole dollars", "12", 12_00, nil},
		{"one decimal is tens of cents", "12.5", 12_50, nil},
		{"dollar sign and commas", "$1,234.56", 1_234_56, nil},
		{"thousands without commas", "1234.56", 1_234_56, nil},
		{"cents only", ".07", 0, money.ErrFormat},
		{"zero and cents", "0.07", 7, nil},
		{"spaces around", "  $3.00 ", 3_00, nil},
		{"negative", "-$3.00", -3_00, nil},
		{"leading zeros", "000012", 12_00, nil},
		{"largest", "10,000,000.00", money.Max, nil},
		{"smallest", "-10000000", -money.Max, nil},
		{"one cent too much", "10000000.01", 0, money.ErrRange},
		{"one cent too little", "-10,000,000.01", 0, money.ErrRange},
		{"absurdly long", "99999999999999999999999999", 0, money.ErrRange},
		{"three decimals", "1.005", 0, money.ErrFormat},
		{"point without cents", "12.", 0, money.ErrFormat},
		{"European comma", "12,50", 0, money.ErrFormat},
		{"comma in the wrong place", "12,34.56", 0, money.ErrFormat},
		{"comma after four digits", "1234,567", 0, money.ErrFormat},
		{"leading comma", ",123", 0, money.ErrFormat},
		{"two points", "1.2.3", 0, money.ErrFormat},
		{"two signs", "--1", 0, money.ErrFormat},
		{"sign after dollar", "$-1", 0, money.ErrFormat},
		{"plus sign", "+1", 0, money.ErrFormat},
		{"accountant's brackets", "(5.00)", 0, money.ErrFormat},
		{"exponent", "1e3", 0, money.ErrFormat},
		{"inner space", "1 000", 0, money.ErrFormat},
		{"other digits", "١٢", 0, money.ErrFormat},
		{"other currency", "€5", 0, money.ErrFormat},
		{"words", "five", 0, money.ErrFormat},
		{"empty", "", 0, money.ErrFormat},
		{"sign only", "-$", 0, money.ErrFormat},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := money.Parse(tc.in)
			if !errors.Is(err, tc.err) || got != tc.want {
				t.Errorf("Parse(%q) = %d, %v; want %d, %v", tc.in, got, err, tc.want, tc.err)
			}
		})
	}
}

func TestString(t *testing.T) {
	for c, want := range map[money.Cents]string{
		0: "$0.00", 5: "$0.05", -5: "-$0.05", 99_999: "$999.99", 100_000: "$1,000.00",
		-123_456_789: "-$1,234,567.89", money.Max: "$10,000,000.00",
		math.MinInt64: "-$92,233,720,368,547,758.08",
	} {
		if got := c.String(); got != want {
			t.Errorf("Cents(%d).String() = %q, want %q", int64(c), got, want)
		}
	}
}

func TestSplitGivesTheLargerPartsFirst(t *testing.T) {
	for _, tc := range []struct {
		whole money.Cents
		n     int
		want  []money.Cents
	}{
		{10_00, 3, []money.Cents{3_34, 3_33, 3_33}},
		{-10_00, 3, []money.Cents{-3_34, -3_33, -3_33}},
		{2, 4, []money.Cents{1, 1, 0, 0}},
		{0, 2, []money.Cents{0, 0}},
		{7, 1, []money.Cents{7}},
	} {
		if d := cmp.Diff(tc.want, tc.whole.Split(tc.n)); d != "" {
			t.Errorf("%v.Split(%d) (-want +got):\n%s", tc.whole, tc.n, d)
		}
	}
}

func TestSplitIntoNothingPanics(t *testing.T) {
	mustPanic(t, func() { money.Cents(1).Split(0) })
	mustPanic(t, func() { money.Cents(1).Split(-3) })
}

func TestPercentRoundsHalfACentUpInSize(t *testing.T) {
	for _, tc := range []struct {
		c    money.Cents
		bp   int64
		want money.Cents
	}{
		{100_00, 2000, 20_00},
		{1, 5000, 1},
		{-1, 5000, -1},
		{1, -5000, -1},
		{1, 4999, 0},
		{10_05, 10_000, 10_05},
		{10_05, 0, 0},
		{33, 3333, 11},
		{math.MaxInt64, 10_000, math.MaxInt64},
	} {
		if got := tc.c.Percent(tc.bp); got != tc.want {
			t.Errorf("Cents(%d).Percent(%d) = %d, want %d", tc.c, tc.bp, got, tc.want)
		}
	}
}

func TestPercentOutOfRangePanics(t *testing.T) {
	mustPanic(t, func() { money.Cents(math.MaxInt64).Percent(10_001) })
	mustPanic(t, func() { money.Cents(math.MaxInt64).Percent(math.MaxInt64) })
}

func TestScanTakesIntegersAndNothingElse(t *testing.T) {
	var c money.Cents
	if err := c.Scan(int64(-42)); err != nil || c != -42 {
		t.Errorf("Scan(-42) gave %d, %v", c, err)
	}
	for _, src := range []any{nil, "42", []byte("42"), true} {
		if err := c.Scan(src); err == nil {
			t.Errorf("Scan(%T) gave no error", src)
		}
	}
	if c != -42 {
		t.Errorf("a failed Scan changed the amount to %d", c)
	}
	if v, err := c.Value(); err != nil || v != int64(-42) {
		t.Errorf("Value() = %v, %v; want int64 -42", v, err)
	}
}

func inRange() *rapid.Generator[money.Cents] {
	return rapid.Custom(func(t *rapid.T) money.Cents {
		return money.Cents(rapid.Int64Range(-int64(money.Max), int64(money.Max)).Draw(t, "cents"))
	})
}

func TestLawWhatIsPrintedIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := inRange().Draw(t, "c")
		got, err := money.Parse(c.String())
		if err != nil || got != c {
			t.Fatalf("Parse(%q) = %d, %v; want %d", c, got, err, c)
		}
	})
}

func TestLawPartsSumToTheWholeAndDifferByACent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := money.Cents(rapid.Int64().Draw(t, "cents"))
		parts := c.Split(rapid.IntRange(1, 500).Draw(t, "n"))
		var sum money.Cents
		least, most := parts[0], parts[0]
		for _, p := range parts {
			sum += p
			least, most = min(least, p), max(most, p)
		}
		if sum != c || most-least > 1 {
			t.Fatalf("parts of %d sum to %d and span %d to %d", c, sum, least, most)
		}
	})
}

func TestLawPercentIsExactToHalfACentAndCancels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := inRange().Draw(t, "c")
		bp := rapid.Int64Range(-1_000_000, 1_000_000).Draw(t, "bp")
		got := c.Percent(bp)
		if (-c).Percent(bp) != -got {
			t.Fatalf("(-%d).Percent(%d) does not cancel", c, bp)
		}
		// |got*10000 - c*bp| <= 5000, in numbers that cannot overflow.
		off := new(big.Int).Mul(big.NewInt(int64(got)), big.NewInt(10_000))
		off.Sub(off, new(big.Int).Mul(big.NewInt(int64(c)), big.NewInt(bp)))
		if off.CmpAbs(big.NewInt(5_000)) > 0 {
			t.Fatalf("Cents(%d).Percent(%d) = %d is off by more than half a cent", c, bp, got)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"$1,234.56", "12", "12.5", "-$0.01", "1,23", "10000000", "", "-", "$", "1.005"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := money.Parse(s)
		if err != nil {
			if c != 0 {
				t.Errorf("Parse(%q) gave %d beside %v", s, c, err)
			}
			return
		}
		if c > money.Max || c < -money.Max {
			t.Errorf("Parse(%q) = %d is out of range", s, c)
		}
		if again, err := money.Parse(c.String()); err != nil || again != c {
			t.Errorf("Parse(%q) = %d, but %q reads as %d, %v", s, c, c, again, err)
		}
	})
}

func mustPanic(t *testing.T, fn func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	fn()
}
