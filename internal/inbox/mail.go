package inbox

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"time"

	"soapstone/internal/blob"
)

// The limits of a message.
const (
	// MaxMail is the largest message, in bytes: attachments grow by a third on the way.
	MaxMail    = 40 << 20
	maxDepth   = 6   // messages and groups of parts within each other
	maxParts   = 100 // of a message with all that is in it
	decoration = 20 << 10
)

// Message is an e-mail message, as far as it matters here.
type Message struct {
	From, Subject string    // hints: anybody can write them
	Sent          time.Time // zero when it does not say
	Files         []Attachment
	Left          []Left // what was not taken out, and why
}

// Attachment is a file of a message that can be taken.
type Attachment struct {
	Name string
	Data []byte
}

// Left is a part of a message that was not taken.
type Left struct{ Name, Why string }

var errMail = errors.New("this is not an e-mail message, or it is damaged")

// ParseMail takes the attachments out of a message: PDF, PNG and JPEG files by
// their content, also those of forwarded messages. Text is not looked at;
// small pictures that belong to the text, such as a logo, are passed over. It
// returns an error for what is no message, is nested too deep or has too many
// parts.
func ParseMail(data []byte) (Message, error) {
	if len(data) > MaxMail {
		return Message{}, fmt.Errorf("the message is over %d MB", MaxMail>>20)
	}
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil || m.Header.Get("From") == "" && m.Header.Get("Subject") == "" && m.Header.Get("Content-Type") == "" {
		return Message{}, errMail
	}
	out := Message{From: header(m.Header.Get("From")), Subject: header(m.Header.Get("Subject"))}
	if t, err := m.Header.Date(); err == nil && t.Year() > 1970 && t.Year() < 9000 {
		out.Sent = t.UTC()
	}
	w := walker{out: &out}
	if err := w.part(textproto.MIMEHeader(m.Header), m.Body, 0); err != nil {
		return Message{}, err
	}
	return out, nil
}

// header reads a header with its encoded words; what cannot be read is kept as it stands.
func header(s string) string {
	d := mime.WordDecoder{}
	if plain, err := d.DecodeHeader(s); err == nil {
		s = plain
	}
	return hint(s)
}

type walker struct {
	out   *Message
	parts int
}

// part looks at one part and at those within it.
func (w *walker) part(h textproto.MIMEHeader, body io.Reader, depth int) error {
	if depth > maxDepth {
		return errors.New("the message is nested too deep")
	}
	if w.parts++; w.parts > maxParts {
		return fmt.Errorf("the message has more than %d parts", maxParts)
	}
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		kind, params = "text/plain", nil
		if h.Get("Content-Disposition") != "" {
			kind = "application/octet-stream"
		}
	}
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		return w.group(body, params["boundary"], depth)
	case kind == "message/rfc822":
		inner, err := mail.ReadMessage(decoded(h, body))
		if err != nil {
			w.leave("forwarded message", "It is damaged.")
			return nil
		}
		return w.part(textproto.MIMEHeader(inner.Header), inner.Body, depth+1)
	}
	return w.leaf(h, kind, params, body)
}

func (w *walker) group(body io.Reader, boundary string, depth int) error {
	if boundary == "" {
		return errMail
	}
	r := multipart.NewReader(body, boundary)
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			w.leave("rest of the message", "It is damaged or cut off.")
			return nil
		}
		if err := w.part(p.Header, p, depth+1); err != nil {
			return err
		}
	}
}

// leaf takes a part that holds no others, when it is a file.
func (w *walker) leaf(h textproto.MIMEHeader, kind string, params map[string]string, body io.Reader) error {
	disposition, more, _ := mime.ParseMediaType(h.Get("Content-Disposition"))
	name := more["filename"]
	if name == "" {
		name = params["name"]
	}
	if strings.HasPrefix(kind, "text/") && name == "" && disposition != "attachment" {
		return nil // what was written, not what was attached
	}
	d := mime.WordDecoder{}
	if plain, err := d.DecodeHeader(name); err == nil {
		name = plain
	}
	name = blob.CleanName(name)
	data, err := io.ReadAll(io.LimitReader(decoded(h, body), MaxFile+1))
	if err != nil {
		w.leave(name, "It is damaged.")
		return nil
	}
	belongs := disposition == "inline" || disposition == "" && h.Get("Content-Id") != ""
	if strings.HasPrefix(typeOf(data), "image/") && belongs && len(data) <= decoration {
		return nil
	}
	if why := refusal(data); why != "" {
		w.leave(name, why)
		return nil
	}
	w.out.Files = append(w.out.Files, Attachment{name, data})
	return nil
}

func (w *walker) leave(name, why string) {
	w.out.Left = append(w.out.Left, Left{name, why})
}

// decoded undoes the transfer encoding.
func decoded(h textproto.MIMEHeader, body io.Reader) io.Reader {
	switch strings.ToLower(strings.TrimSpace(h.Get("Content-Transfer-Encoding"))) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	}
	return body
}
