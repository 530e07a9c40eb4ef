package note_test

import (
	"strings"
	"testing"

	"soapstone/internal/visit/note"
)

func TestPhraseName(t *testing.T) {
	for in, want := range map[string]string{
		"neck": "neck", ".Neck": "neck", " .neck-2 ": "neck-2", "": "", ".": "", "2neck": "", "-a": "", "ne ck": "", "nük": "", "..a": "",
		strings.Repeat("a", 24): strings.Repeat("a", 24), strings.Repeat("a", 25): "",
	} {
		if got := note.PhraseName(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func FuzzPhraseName(f *testing.F) {
	for _, s := range []string{"neck", ".Neck-2", "..", "K"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got := note.PhraseName(in)
		if got == "" {
			return
		}
		if note.PhraseName(got) != got || note.PhraseName("."+got) != got || len(note.PhraseFaults(got, "Words")) > 0 {
			t.Errorf("%q from %q is not stable", got, in)
		}
		if strings.Trim(got, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || len(got) > note.MaxPhraseName {
			t.Errorf("%q holds other characters", got)
		}
	})
}
