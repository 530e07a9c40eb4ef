package knowledge_test

import (
	"testing"

	"soapstone/internal/civil"
	"soapstone/internal/knowledge"
)

func TestTheWordsInForceOnADay(t *testing.T) {
	text := func(version string, effective civil.Date) knowledge.ConsentText {
		return knowledge.ConsentText{Meta: knowledge.Meta{Version: version}, ID: "treatment", Lang: "en", Effective: effective}
	}
	day := civil.Of(2026, 3, 10)
	texts := []knowledge.ConsentText{text("3", day.AddDays(30)), text("1", civil.Date{}), text("2", day)}
	for name, c := range map[string]struct {
		on   civil.Date
		want string
	}{
		"the day before":         {day.AddDays(-1), "1"},
		"from its day on":        {day, "2"},
		"until the next":         {day.AddDays(29), "2"},
		"the third":              {day.AddDays(30), "3"},
		"the newest of them all": {civil.Date{}, "3"},
	} {
		if got, ok := knowledge.ConsentOn(texts, "treatment", "en", c.on); !ok || got.Version != c.want {
			t.Errorf("%s: version %q, want %q", name, got.Version, c.want)
		}
	}
	if _, ok := knowledge.ConsentOn(texts, "treatment", "es", day); ok {
		t.Error("a text in a language it does not have")
	}
}

func TestAConsentSaysWhatChangedSinceWhen(t *testing.T) {
	const head = `{"schema":"soapstone/consent/1","version":"2","source":"ours","date":"2026-11-21","review":{"state":"unreviewed"},"id":"treatment","kind":"treatment","lang":"en","title":"T","paragraphs":["p"],"statement":"s"`
	for name, c := range map[string]struct {
		more string
		ok   bool
	}{
		"a first version":         {"", true},
		"a newer one":             {`,"effective":"2027-01-01","changes":"How records are kept."`, true},
		"without what changed":    {`,"effective":"2027-01-01"`, false},
		"without its first day":   {`,"changes":"How records are kept."`, false},
		"with a day there is not": {`,"effective":"2027-02-30","changes":"x"`, false},
	} {
		if _, err := knowledge.ParseConsent("x.json", []byte(head+c.more+"}")); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
