package inbox_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/civil"
	"soapstone/internal/inbox"
	"soapstone/internal/patient"
)

const pdf = "%PDF-1.7 a prescription"

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// letter is a message with the given parts, each with its headers.
func letter(parts ...string) string {
	return "From: =?UTF-8?Q?Praxis_M=C3=BCller?= <fax@praxis.example>\r\nSubject: Fax for Dana Okafor\r\nDate: Tue, 10 Mar 2026 09:00:00 -0600\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=cut\r\n\r\n--cut\r\n" + strings.Join(parts, "\r\n--cut\r\n") + "\r\n--cut--\r\n"
}

func attached(name, kind, body string) string {
	return "Content-Type: " + kind + "; name=\"" + name + "\"\r\nContent-Disposition: attachment; filename=\"" + name + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64(body)
}

func names(m inbox.Message) (out []string) {
	for _, f := range m.Files {
		out = append(out, f.Name+"="+string(f.Data))
	}
	for _, l := range m.Left {
		out = append(out, "left "+l.Name+": "+l.Why)
	}
	return out
}

func TestParseMailTakesOutWhatCanBeFiled(t *testing.T) {
	nested := letter(attached("a.pdf", "application/pdf", pdf))
	for _, c := range []struct {
		name, mail string
		want       []string
	}{
		{"an attachment beside the text", letter("Content-Type: text/plain\r\n\r\nPlease see below.", attached("rx.pdf", "application/pdf", pdf)), []string{"rx.pdf=" + pdf}},
		{"the content decides, not the name", letter(attached("rx.exe", "application/x-msdownload", pdf), attached("b.pdf", "application/pdf", "MZ a program")),
			[]string{"rx.exe=" + pdf, "left b.pdf: This is not a PDF, PNG or JPEG file."}},
		{"quoted-printable", letter("Content-Type: application/pdf; name=q.pdf\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=25PDF-1.7 =41"), []string{"q.pdf=%PDF-1.7 A"}},
		{"a forwarded message", letter("Content-Type: message/rfc822\r\n\r\n" + nested), []string{"a.pdf=" + pdf}},
		{"a message that is the file", "From: a@b.example\r\nContent-Type: application/pdf; name=only.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64(pdf), []string{"only.pdf=" + pdf}},
		{"a logo of the text", letter("Content-Type: image/png; name=logo.png\r\nContent-Disposition: inline\r\nContent-ID: <1>\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64("\x89PNG\r\n\x1a\nlogo")), nil},
		{"a picture that was attached", letter(attached("photo.png", "image/png", "\x89PNG\r\n\x1a\nphoto")), []string{"photo.png=\x89PNG\r\n\x1a\nphoto"}},
		{"broken base64", letter("Content-Type: application/pdf; name=x.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!"), []string{"left x.pdf: It is damaged."}},
		{"a path as a name", letter(attached("../../etc/rx.pdf", "application/pdf", pdf)), []string{"rx.pdf=" + pdf}},
		{"a fax as TIFF", letter(attached("fax.tif", "image/tiff", "II*\x00 a fax")), []string{"left fax.tif: This is a TIFF picture, which browsers cannot show. Set the scanner or fax to PDF."}},
		{"only text", "From: a@b.example\r\nSubject: hi\r\n\r\nhello", nil},
	} {
		m, err := inbox.ParseMail([]byte(c.mail))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if d := cmp.Diff(c.want, names(m)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
	m, err := inbox.ParseMail([]byte(nested))
	if err != nil || m.From != "Praxis Müller <fax@praxis.example>" || m.Subject != "Fax for Dana Okafor" || !m.Sent.Equal(time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestParseMailRefusesWhatIsBeyondReason(t *testing.T) {
	deep := "From: a@b.example\r\nContent-Type: text/plain\r\n\r\nx"
	for range 12 {
		deep = "From: a@b.example\r\nContent-Type: message/rfc822\r\n\r\n" + deep
	}
	var many []string
	for i := range 200 {
		many = append(many, attached(fmt.Sprint(i, ".pdf"), "application/pdf", pdf))
	}
	for name, mail := range map[string]string{
		"nothing": "", "no message": "\x00\x01\x02", "a PDF": pdf, "nested too deep": deep, "too many parts": letter(many...),
		"no boundary": "From: a@b.example\r\nContent-Type: multipart/mixed\r\n\r\nx", "too large": "From: a\r\n\r\n" + strings.Repeat("x", inbox.MaxMail),
	} {
		if m, err := inbox.ParseMail([]byte(mail)); err == nil {
			t.Errorf("%s was taken: %v", name, names(m))
		}
	}
}

func FuzzParseMail(f *testing.F) {
	f.Add([]byte(letter(attached("a.pdf", "application/pdf", pdf))))
	f.Add([]byte(letter("Content-Type: message/rfc822\r\n\r\n" + letter(attached("a.png", "image/png", "\x89PNG\r\n\x1a\n")))))
	f.Add([]byte("From: =?utf-8?B?////?=\r\nContent-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := inbox.ParseMail(data)
		if err != nil && len(m.Files) > 0 {
			t.Error("files of a message that was refused")
		}
		for _, file := range m.Files {
			if len(file.Data) == 0 || len(file.Data) > inbox.MaxFile || strings.ContainsAny(file.Name, "/\\\x00\n") || file.Name == "" {
				t.Errorf("took %q of %d bytes", file.Name, len(file.Data))
			}
		}
		if inbox.Hint(m.Subject) != m.Subject || inbox.Hint(m.From) != m.From {
			t.Errorf("hints are not clean: %q %q", m.Subject, m.From)
		}
	})
}

func TestDatesAndNumbersInFileNames(t *testing.T) {
	born := civil.Of(1984, time.March, 2)
	for text, want := range map[string][]civil.Date{
		"Okafor_Dana_1984-03-02.pdf": {born}, "scan 3/2/1984 okafor": {born}, "okafor19840302.pdf": {born}, "03021984": {born},
		"okafor.1984.03.02": {born}, "okafor_3_2_1984": {born}, "1984-03-02 1984_03_02": {born}, "2026-02-30": nil, "fax 3125550142.pdf": nil,
		"scan-20260310-1984-03-02": {civil.Of(2026, time.March, 10), born}, "": nil, "1984-03": nil,
	} {
		got := inbox.DatesIn(text)
		seen := map[civil.Date]bool{}
		for _, d := range got {
			seen[d] = true
		}
		for _, d := range want {
			if !seen[d] {
				t.Errorf("%q: %v, want %v", text, got, d)
			}
		}
		if want == nil && len(got) > 0 {
			t.Errorf("%q: %v, want none", text, got)
		}
	}
	number := patient.FormatNumber(1027)
	for text, want := range map[string]bool{"fax_" + number + ".pdf": true, "#" + strings.ToLower(strings.ReplaceAll(number, "-", "")): true, "1027": false, "x" + number: false, "1027-I": false} {
		if got := inbox.NumbersIn(text); (len(got) == 1 && got[0] == number) != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func FuzzHints(f *testing.F) {
	f.Add("Okafor_Dana_1984-03-02_1027-R.pdf")
	f.Add("1984-03-02-1984-03-02-03021984")
	f.Fuzz(func(t *testing.T, text string) {
		for _, d := range inbox.DatesIn(text) {
			if !d.Valid() {
				t.Errorf("%q: %v", text, d)
			}
		}
		for _, n := range inbox.NumbersIn(text) {
			if _, ok := patient.ParseNumber(n); !ok {
				t.Errorf("%q: %q", text, n)
			}
		}
		if once := inbox.Hint(text); inbox.Hint(once) != once || strings.ContainsAny(once, "\n\r\x00") {
			t.Errorf("%q: %q", text, once)
		}
	})
}
