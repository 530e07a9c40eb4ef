package authn_test

import (
	"strings"
	"testing"

	"soapstone/internal/authn"
	"soapstone/internal/errs"
)

func TestCheckPassword(t *testing.T) {
	about := []string{"dana.okafor@example.com", "Dana Okafor", "Lakeside Bodywork"}
	for name, c := range map[string]struct {
		password string
		ok       bool
	}{
		"empty":                      {"", false},
		"eleven characters":          {"x7!kQ2#mW9z", false},
		"twelve random characters":   {"x7!kQ2#mW9zb", true},
		"four words":                 {"glacier teapot violin mango", true},
		"words of one kind":          {"correct horse battery staple", true},
		"spaces at the ends stay":    {"  glacier teapot  ", true},
		"200 characters":             {strings.Repeat("glacier teapot ", 14)[:200], true},
		"1,000 characters":           {strings.Repeat("glacier teapot violin mango ", 40)[:1000], true},
		"1,001 characters":           {strings.Repeat("glacier teapot violin mango ", 40)[:1001], false},
		"other scripts":              {"молоко-ветер-гора-7", true},
		"characters, not bytes":      {"ööööäääüüßß", false},
		"emoji":                      {"🦊🌊🎻🥭🧊🫖🌪🧵🪁🥨🪵🛶", true},
		"not text":                   {"abc\xffdefghijklmn", false},
		"one character":              {"aaaaaaaaaaaaaaaa", false},
		"two by turns":               {"abababababababab", false},
		"a word twice":               {"violin violin violin ", false},
		"counting":                   {"123456789012", false},
		"counting down":              {"98765432109876", false},
		"the alphabet":               {"abcdefghijklmnop", false},
		"the keyboard":               {"qwertyuiop[]", false},
		"the keyboard in columns":    {"1qaz2wsx3edc4rfv", false},
		"the keyboard in zigzag":     {"1q2w3e4r5t6y7u", false},
		"a famous one with counting": {"password1234", false},
		"a famous one in leet":       {"P@ssw0rd2024!", false},
		"two famous ones":            {"Dragon-Monkey", false},
		"a season and a year":        {"Summer2025!!", false},
		"the product":                {"soapstone2026!", false},
		"one's own name":             {"OkaforDana1985", false},
		"one's own practice":         {"Lakeside-Bodywork", false},
		"one's own among others":     {"Okafor glacier teapot", true},
		"a year in something good":   {"teapot-1987-glacier-violin", true},
	} {
		err := authn.CheckPassword(c.password, about...)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && (!errs.Is(err, errs.Invalid) || errs.FieldsOf(err)[0].Name != "password") {
			t.Errorf("%s: %#v", name, err)
		}
	}
}

func FuzzCheckPassword(f *testing.F) {
	f.Add("password1234", "dana@example.com")
	f.Add("\xff", "")
	f.Fuzz(func(t *testing.T, password, about string) {
		_ = authn.CheckPassword(password, about)
	})
}

func TestDescribeDevice(t *testing.T) {
	for in, want := range map[string]string{
		"": "Unknown device",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                "Chrome on Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0":      "Edge on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15":          "Safari on Mac",
		"Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1": "Safari on iPad",
		"Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":          "Chrome on Android",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                         "Firefox on Linux",
		"Mozilla/5.0 (X11; CrOS x86_64 16000.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                 "Chrome on ChromeOS",
		"<script>alert(1)</script>": "Unknown device",
		"Something on Windows":      "Browser on Windows",
		"curl/8.0":                  "curl",
	} {
		if got := authn.DescribeDevice(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
