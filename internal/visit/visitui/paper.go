package visitui

import (
	"fmt"
	"net/http"
	"strings"

	"soapstone/internal/document"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/pdf"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
	"soapstone/internal/web"
	"soapstone/internal/web/kit"
)

// paper gives the newest signed note of a visit, or the one named by
// ?document=, as a PDF.
func (u *ui) paper(w http.ResponseWriter, r *http.Request) error {
	v, err := web.PathID[id.Visit](r, "visit")
	if err != nil {
		return err
	}
	_, notes, err := u.Visits.NotesOfVisit(r.Context(), v)
	if err != nil {
		return err
	}
	if len(notes) == 0 {
		return errs.New(errs.NotFound, "There is no signed note of this visit.")
	}
	doc := notes[len(notes)-1].Document
	if wanted := r.URL.Query().Get("document"); wanted != "" {
		if doc, err = id.Parse[id.Document](wanted); err != nil {
			return errs.New(errs.NotFound, "")
		}
	}
	p, err := u.Visits.Print(r.Context(), doc)
	if err != nil {
		return err
	}
	if p.Note.Visit != v {
		return errs.New(errs.NotFound, "")
	}
	b, err := Paper(p, u.Knowledge)
	if err != nil {
		return err
	}
	return web.ServeFile(w, web.File{Name: "visit-note-" + p.Note.Date.String() + ".pdf", Type: "application/pdf", Data: b}, true)
}

// Paper is a signed note on paper, with its marks drawn, its addenda and, when
// it was retracted, a stamp on each page. The same note gives the same bytes.
func Paper(p visit.Paper, k *knowledge.Set) ([]byte, error) {
	n, b := p.Note, p.Note.Body
	m := pdf.Meta{
		Title: "Visit note", Subtitle: "Visit of " + n.Date.Human(), Practice: p.Practice, Contact: p.Phone,
		Patient: b.Patient.Name, Born: b.Patient.Born, Record: b.Patient.Number, Created: n.SignedAt.Time,
	}
	if !n.Valid() {
		m.Stamp = "ENTERED IN ERROR"
	}
	d := pdf.New(m)
	if n.Retraction != nil {
		d.Notice("Entered in error: " + n.Retraction.Reason + ". " + signature(n.Retraction.Signed, p.Item))
	}
	if b.Late {
		d.Notice("Late entry: signed " + b.Entered.Human() + " for the visit of " + n.Date.Human() + ".")
	}
	if a := b.Safety.Afterwards; a != nil {
		d.Notice("Safety questions answered on " + a.On.Human() + ", after the visit: " + a.Reason)
	}
	d.KeyValues(pdf.KV{Label: "Visit", Text: visitText(b)}, pdf.KV{Label: "Therapist", Text: therapistText(b)})
	for _, part := range parts(b.Text) {
		d.Section(part.Title)
		d.Paragraph(kit.Dash(strings.Join(part.Lines, "\n")))
		if part.Key == "o" {
			if err := paintInto(d, b.Note, k); err != nil {
				return nil, err
			}
		}
	}
	if lines := safetyLines(b, k); len(lines) > 0 {
		d.Section("Precautions in force")
		d.Bullets(lines...)
	}
	d.Small("Compared with the note before: " + countsText(b.Counts) + ".")
	d.Signature(signed(n.Signed, p, "Electronically signed. The note cannot be changed; what is added stands below it."))
	for i, a := range n.Addenda {
		d.Section(fmt.Sprintf("Addendum %d, %s", i+1, a.Entered.Human()))
		rows := []pdf.KV{{Label: "Why", Text: a.Reason}, {Label: "Added", Text: a.Text}}
		for _, c := range a.Minutes {
			rows = append(rows, pdf.KV{Label: "Minutes corrected", Text: fmt.Sprintf("%s: %d, was %d", techniqueName(b, c.Technique), c.Now, c.Was)})
		}
		d.KeyValues(rows...)
		d.Signature(signed(a.Signed, p, "Electronically signed."))
	}
	return d.Bytes()
}

// paintInto draws the marks, with a line on how to read the picture.
func paintInto(d *pdf.Doc, n note.Draft, k *knowledge.Set) error {
	picture, views, err := paintChart(drawnMarks(n, k))
	if err != nil || views == 0 {
		return err
	}
	d.Image(picture, "PNG", 75*float64(views))
	var kinds []string
	for _, t := range note.MarkTypes() {
		kinds = append(kinds, map[note.MarkType]string{note.Pain: "disc", note.Trigger: "cross", note.Tight: "triangle", note.Numb: "ring of dots", note.Treated: "square"}[t]+" = "+strings.ToLower(t.Label()))
	}
	d.Small("R and L are the patient’s own right and left; " + strings.Join(kinds, ", ") + ".")
	return nil
}

func signed(s document.Signed, p visit.Paper, statement string) pdf.SignatureBlock {
	name := s.SignerName
	if s.SignerCredential != "" {
		name += ", " + s.SignerCredential
	}
	b := pdf.SignatureBlock{
		Name: name, SignedAt: "Signed " + stamp(s.SignedAt.Time, p.Item.Zone), Statement: statement,
		DocumentNo: fmt.Sprintf("%d of this chart", s.Seq), Hash: s.Hash, Seal: p.Seal,
	}
	if s.SignerLicense != "" {
		b.License = "License " + s.SignerLicense
	}
	return b
}
