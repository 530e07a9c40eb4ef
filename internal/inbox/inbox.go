// Package inbox takes in scans and faxes before it is known whose they are:
// files that were uploaded, files that a scanner or fax machine put into a
// watched folder, and the attachments of e-mail messages kept as files. It
// decides what is taken (PDF, PNG and JPEG, judged by content), what has come
// before, which patient a file name points at, and how a paper is filed, put
// back and discarded.
//
// It never files by itself: a suggestion needs a record number, or a name with
// its birth date, and a person who says yes. It refuses what it cannot show,
// empty files and those over MaxFile, and a message nested or split beyond
// reason. The same bytes are kept once. Nothing is deleted: what was discarded
// stays, with the reason. It opens no connection to anywhere.
package inbox

import (
	"bytes"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"soapstone/internal/db"
	"soapstone/internal/id"
)

// MaxFile is the largest paper, in bytes.
const MaxFile = 15 << 20

// UndoFor is how long filing and discarding can be undone without a reason.
const UndoFor = 10 * time.Second

// Kind is what a paper is.
type Kind string

// The kinds.
const (
	Prescription  Kind = "prescription"
	Authorisation Kind = "authorisation"
	Report        Kind = "report"
	InsuranceCard Kind = "card"
	Identity      Kind = "identity"
	Letter        Kind = "letter"
	OtherKind     Kind = "other"
)

// Kinds in the order shown.
func Kinds() []Kind {
	return []Kind{Prescription, Authorisation, Report, InsuranceCard, Identity, Letter, OtherKind}
}

// Label is the kind in words.
func (k Kind) Label() string {
	switch k {
	case Prescription:
		return "Prescription"
	case Authorisation:
		return "Authorization"
	case Report:
		return "Report"
	case InsuranceCard:
		return "Insurance card"
	case Identity:
		return "Identity or consent"
	case Letter:
		return "Letter"
	case OtherKind:
		return "Other"
	}
	return string(k)
}

// Source is how a paper came.
type Source string

// The sources.
const (
	Uploaded Source = "upload"
	Folder   Source = "folder"
	Mail     Source = "mail"
)

// Label is the source in words.
func (s Source) Label() string {
	switch s {
	case Uploaded:
		return "Uploaded"
	case Folder:
		return "Scanner or fax folder"
	case Mail:
		return "E-mail attachment"
	}
	return string(s)
}

// State is what has become of a paper.
type State string

// The states.
const (
	Waiting   State = "waiting"
	Filed     State = "filed"
	Discarded State = "discarded"
)

// Paper is one thing that came in.
type Paper struct {
	ID          id.Paper
	File        id.Blob
	Name        string // the sender's name for the file
	ContentType string
	Size        int64 // bytes
	Source      Source
	Sender      string // of the message; a hint, nobody proved it
	Subject     string
	SentAt      db.Time
	State       State
	Patient     id.Patient // zero until it is filed
	Kind        Kind
	Scan        id.Blob // the copy a filed prescription gave to its referral
	SettledAt   db.Time // when it was filed or discarded
	SettledBy   id.User
	ReceivedAt  db.Time
	Version     int64
}

// Image reports whether a browser shows the paper as a picture.
func (p Paper) Image() bool { return strings.HasPrefix(p.ContentType, "image/") }

// Undoable reports whether somebody may undo, at an instant and without a
// reason, what they did with the paper.
func (p Paper) Undoable(by id.User, at time.Time) bool {
	return p.State != Waiting && p.SettledBy == by && at.Sub(p.SettledAt.Time) <= UndoFor
}

// Incoming is a file on its way in.
type Incoming struct {
	Name            string
	Data            []byte
	Source          Source
	Sender, Subject string
	SentAt          time.Time
}

// Outcome is what became of one incoming file or attachment.
type Outcome struct {
	Name    string
	Paper   id.Paper // what holds it now; zero when it was refused
	Again   bool     // it was here already, as Paper
	Refused string   // why it was not taken; "" when it was
}

// typeOf finds the type from the content; "" for what is not taken. Names and
// claimed types are not looked at.
func typeOf(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("%PDF-")):
		return "application/pdf"
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	}
	return ""
}

// refusal says why a file is not taken; "" when it is.
func refusal(data []byte) string {
	switch {
	case len(data) == 0:
		return "The file is empty."
	case len(data) > MaxFile:
		return "The file is over 15 MB. Scan it with a lower resolution."
	case bytes.HasPrefix(data, []byte("II*\x00")) || bytes.HasPrefix(data, []byte("MM\x00*")):
		return "This is a TIFF picture, which browsers cannot show. Set the scanner or fax to PDF."
	case typeOf(data) == "":
		return "This is not a PDF, PNG or JPEG file."
	}
	return ""
}

// isMail reports whether a file is an e-mail message, by its name.
func isMail(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".eml") }

// maxHint is the most characters kept of a sender or subject.
const maxHint = 200

// hint makes text of strangers fit to be kept and shown on one line.
func hint(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > maxHint {
		s = string([]rune(s)[:maxHint-1]) + "…"
	}
	return s
}
