package claim

import (
	"io"
	"time"

	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/money"
)

// Medium is how claims leave.
type Medium string

// The media.
const (
	Electronic Medium = "837P"
	OnPaper    Medium = "paper"
)

// Label is the medium in words.
func (m Medium) Label() string {
	switch m {
	case Electronic:
		return "Electronic file (837P)"
	case OnPaper:
		return "Paper (CMS-1500)"
	}
	return string(m)
}

// Envelope is who sends claims to whom, under which control numbers.
type Envelope struct {
	SubmitterName, SubmitterID string
	Contact, Phone, Email      string // of the submitter (PER)
	ReceiverName, ReceiverID   string
	Usage                      string // "T" test, "P" production (ISA15)
	// Interchange (ISA13) and Group (GS06) are 1 to 999999999. First is the
	// number of the first transaction set (ST02); as many are kept free as there
	// are documents, so a writer may open a set for each.
	Interchange, Group, First int64
	At                        time.Time // when it was made; the zone is that of the practice
	Reference                 string    // BHT03: names the batch, at most 30 characters
}

// Writer837 writes claims as an 837P interchange. It refuses what the
// implementation guide does not allow; then nothing is sent.
type Writer837 interface {
	Write(w io.Writer, e Envelope, docs []Document) error
}

// PaperOptions say how CMS-1500 forms are printed.
type PaperOptions struct {
	// Drawn prints the form as well as the data; otherwise the data alone, for
	// red stock.
	Drawn bool
	// OffsetX and OffsetY move the data to the right and down, in hundredths of
	// a millimetre, -1000 to 1000.
	OffsetX, OffsetY int64
	// Watermark is printed across every page, such as "NOT FOR SUBMISSION".
	Watermark string
	SignedOn  civil.Date // item 31; zero for a preview
	At        time.Time  // when it was made: same input, same bytes
}

// Paper makes PDF files: CMS-1500 (02/12) forms and superbills.
type Paper interface {
	Form(docs []Document, o PaperOptions) ([]byte, error)
	Superbill(s Superbill) ([]byte, error)
}

// Superbill is what a patient needs to ask an insurer for the money themselves.
type Superbill struct {
	Number        string // "SB-" and the day and visit
	Practice      Provider
	Therapist     Provider
	Referring     *Provider
	Patient       Person
	PatientNumber string
	Date          civil.Date // of service
	Place         string     // place of service, two digits
	Diagnoses     []string   // with the dot
	Lines         []Line
	Total         money.Cents
	Paid          money.Cents
	Note          id.Document // the signed note behind it
	SignedAt      time.Time   // of the note
	MadeAt        time.Time
}

// Balance is what is still owed; negative when more was paid.
func (s Superbill) Balance() money.Cents { return s.Total - s.Paid }

// Batch is claims that were sent together.
type Batch struct {
	ID          id.Batch
	Medium      Medium
	Receiver    string
	Usage       string // "T" or "P"; "" on paper
	File        id.Blob
	Interchange int64
	Group       int64
	First       int64
	Claims      int64
	Total       money.Cents
	CreatedAt   time.Time
	CreatedBy   string // name
}

// Test reports whether the file of the batch is marked as a test: nothing was sent.
func (b Batch) Test() bool { return b.Usage == "T" }
