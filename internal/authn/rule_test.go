package authn

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// These tests are inside the package: the rule and the parsers are not for
// others to call.

func TestWaitGrowsAndEnds(t *testing.T) {
	now := time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		limit limit
		count int64
		since time.Duration
		want  time.Duration
	}{
		{"nothing yet", accountLimit, 0, 0, 0},
		{"last free one", accountLimit, 4, 0, 0},
		{"first that costs", accountLimit, 5, 0, time.Second},
		{"partly waited", accountLimit, 7, time.Second, 3 * time.Second},
		{"waited", accountLimit, 7, 4 * time.Second, 0},
		{"longest", accountLimit, 1000, 0, 15 * time.Minute},
		{"longest at a known device", deviceLimit, 1000, 0, 5 * time.Minute},
		{"longest for codes", codeLimit, 1 << 40, 0, time.Hour},
		{"forgotten", accountLimit, 1000, 24 * time.Hour, 0},
		{"not yet forgotten", accountLimit, 6, 24*time.Hour - time.Second, 0},
		{"clock set back an hour", accountLimit, 6, -time.Hour, 2 * time.Second},
		{"clock set back a year", accountLimit, 1000, -365 * 24 * time.Hour, 15 * time.Minute},
	} {
		if got := c.limit.wait(failures{count: c.count, last: now.Add(-c.since)}, now); got != c.want {
			t.Errorf("%s: wait %v, want %v", c.name, got, c.want)
		}
	}
}

// Ten thousand wrong passwords in a row, as fast as the rule lets them: the
// rule alone, without a database.
func TestTenThousandFailuresBlockTheirOwnKeyOnly(t *testing.T) {
	now := time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)
	var account, address, device failures
	looked := 0
	for range 10_000 {
		if wait := max(accountLimit.wait(account, now), addressLimit.wait(address, now)); wait > 0 {
			now = now.Add(time.Second) // the next try comes a second later
			continue
		}
		account, address = accountLimit.fail(account, now), addressLimit.fail(address, now)
		looked++
	}
	if looked > 30 {
		t.Errorf("%d of 10,000 tries in three hours were looked at", looked)
	}
	if w := deviceLimit.wait(device, now); w != 0 {
		t.Errorf("the owner's own device waits %v", w)
	}
	if w := accountLimit.wait(account, now.Add(accountLimit.most)); w != 0 {
		t.Errorf("a stranger's device waits %v beyond the longest wait", w)
	}
}

func TestWaitIsBounded(t *testing.T) {
	now := time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom([]limit{accountLimit, addressLimit, deviceLimit, codeLimit}).Draw(t, "limit")
		f := failures{
			count: rapid.Int64Min(0).Draw(t, "count"),
			last:  now.Add(time.Duration(rapid.Int64Range(-1e15, 1e15).Draw(t, "since"))),
		}
		w := l.wait(f, now)
		if w < 0 || w > l.most {
			t.Fatalf("wait %v", w)
		}
		kept := l.forget(f, now)
		if next := l.fail(f, now); l.wait(next, now) < l.wait(failures{count: kept.count, last: now}, now) && kept.count < 1<<62 {
			t.Fatalf("one more failure shortens the wait")
		}
	})
}

func TestNetworkOfAnAddress(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.7":            "192.0.2.7",
		"::ffff:192.0.2.7":     "192.0.2.7",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"fe80::1%eth0":         "fe80::/64",
	} {
		if got := network(in); got != want {
			t.Errorf("network(%q) = %q, want %q", in, got, want)
		}
	}
	if network("nonsense") != network("@") {
		t.Error("what is no address counts apart")
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add(phc{params: DefaultParams, salt: make([]byte, 16), hash: make([]byte, 32)}.String())
	f.Add("$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$2a$10$x")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := parsePHC(s)
		if err != nil {
			return
		}
		if h.String() != s {
			t.Fatalf("%q is read as %q", s, h.String())
		}
		if h.params.MemoryKiB > 1<<20 || h.params.Passes > 16 || h.params.Threads > 16 || len(h.hash) > 64 {
			t.Fatalf("a cost that would stop the program: %+v", h.params)
		}
	})
}

func FuzzParseToken(f *testing.F) {
	f.Add("")
	f.Add("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("AZ-_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, s string) {
		tok, err := parseToken(s)
		if err == nil && (tok.String() != s || tok.practice.IsZero()) {
			t.Fatalf("%q is read as %q", s, tok.String())
		}
	})
}

func FuzzParseDevice(f *testing.F) {
	s := bare()
	value, _ := s.newDevice([16]byte{1}, [16]byte{2})
	f.Add(value)
	f.Add("a.b")
	f.Fuzz(func(t *testing.T, text string) {
		ours := string(append(append([]byte{1}, make([]byte, 15)...), append([]byte{2}, make([]byte, 15)...)...))
		if person, number, ok := s.parseDevice(text); ok && (person != ours || len(number) != 32) {
			t.Fatalf("%q is taken for a device cookie", text)
		}
	})
}

func FuzzUnbox(f *testing.F) {
	s := bare()
	text := s.box("purpose", time.Hour, []string{"x"})
	f.Add(text)
	f.Fuzz(func(t *testing.T, in string) {
		var v []string
		if s.unbox("purpose", in, &v) == nil && (len(v) != 1 || v[0] != "x") {
			t.Fatalf("%q opens as %q", in, v)
		}
		if s.unbox("another purpose", in, &v) == nil {
			t.Fatalf("%q opens for another purpose", in)
		}
	})
}

func FuzzNormalCode(f *testing.F) {
	f.Add("ABCD-EFGH-JKMN-PQRS")
	f.Add("oil o0 1l-")
	f.Fuzz(func(t *testing.T, s string) {
		c := normalCode(s, 16)
		if c != "" && (len(c) != 16 || normalCode(c, 16) != c) {
			t.Fatalf("normalCode(%q) = %q", s, c)
		}
	})
}

func FuzzDescribeDevice(f *testing.F) {
	f.Add("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36")
	f.Fuzz(func(t *testing.T, s string) {
		if d := DescribeDevice(s); d == "" || len(d) > 40 {
			t.Fatalf("%q", d)
		}
	})
}
