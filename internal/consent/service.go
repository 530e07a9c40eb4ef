package consent

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/consent/q"
	"soapstone/internal/db"
	"soapstone/internal/document"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
)

// Service is the use cases of this room.
type Service struct {
	db       *db.DB
	log      *audit.Log
	patients *patient.Service
	docs     *document.Store
	know     *knowledge.Set
	texts    []knowledge.ConsentText // every version
}

// New makes the service.
func New(d *db.DB, log *audit.Log, patients *patient.Service, docs *document.Store, know *knowledge.Set) *Service {
	return &Service{db: d, log: log, patients: patients, docs: docs, know: know, texts: ordered(know.Consents())}
}

// ordered puts treatment first, then the privacy notice, then the areas.
func ordered(texts []knowledge.ConsentText) []knowledge.ConsentText {
	rank := map[knowledge.ConsentKind]int{knowledge.ConsentTreatment: 0, knowledge.ConsentPrivacy: 1, knowledge.ConsentArea: 2}
	slices.SortStableFunc(texts, func(a, b knowledge.ConsentText) int {
		if d := rank[a.Kind] - rank[b.Kind]; d != 0 {
			return d
		}
		return strings.Compare(a.ID, b.ID)
	})
	return texts
}

// fallback is the language in which every text exists.
const fallback = "en"

// text gives a text as it is asked for on a day (the newest for the zero date),
// in a language, or in English where it has not been translated.
func (s *Service) text(key, lang string, on civil.Date) (knowledge.ConsentText, error) {
	for _, l := range []string{lang, fallback} {
		if t, ok := knowledge.ConsentOn(s.texts, key, l, on); ok {
			return t, nil
		}
	}
	return knowledge.ConsentText{}, errs.New(errs.NotFound, "There is no such consent text.")
}

// keys lists the texts once each, in order.
func (s *Service) keys() []knowledge.ConsentText {
	var out []knowledge.ConsentText
	for _, t := range s.texts {
		if t.Lang == fallback && t.Effective.IsZero() { // the first version; each text has one
			out = append(out, t)
		}
	}
	return out
}

// Offer is what the page of a text needs: the words, the patient, and how
// things stand.
type Offer struct {
	Text    knowledge.ConsentText
	Patient patient.Patient
	Minor   bool
	Ends    civil.Date // last day of what is signed for a minor
	State   State
}

// Offer gives a text for a patient to read, in the patient's language where
// there is one, and records the view. NotFound for an unknown text or patient.
func (s *Service) Offer(ctx context.Context, p id.Patient, key string) (Offer, error) {
	a, err := authz.Require(ctx, authz.ConsentRead)
	if err != nil {
		return Offer{}, err
	}
	var o Offer
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if o.Patient, err = s.patients.GetTx(ctx, tx, p); err != nil {
			return err
		}
		today := a.Today(tx.Now.Time)
		if o.Text, err = s.text(key, o.Patient.Language, today); err != nil {
			return err
		}
		states, err := s.Status(ctx, tx, p)
		if err != nil {
			return err
		}
		o.State, _ = Find(states, key)
		o.Minor, o.Ends = o.Patient.IsMinor(today), majority(o.Patient.BirthDate)
		return nil
	})
	if err != nil {
		return Offer{}, db.Classify(err)
	}
	return o, s.log.Viewed(ctx, db.Event{Action: "consent.read", Patient: p, Kind: "consent", Subject: key})
}

// Status tells how things stand for every text, in a fixed order: treatment,
// privacy notice, areas. It is part of the caller's transaction, and the
// caller records the view.
func (s *Service) Status(ctx context.Context, tx *db.Tx, p id.Patient) ([]State, error) {
	a, err := authz.Require(ctx, authz.ConsentRead)
	if err != nil {
		return nil, err
	}
	entries, err := s.entries(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	today := a.Today(tx.Now.Time)
	var out []State
	for _, t := range s.keys() {
		st := State{Key: t.ID, Kind: t.Kind, Title: t.Title, Required: t.Kind != knowledge.ConsentArea}
		if i := slices.IndexFunc(entries, func(e Entry) bool { return e.Key == t.ID }); i >= 0 {
			e := entries[i]
			st.Standing, st.Latest = e.Action, e
			st.Ended = e.Action == Given && e.ended(today)
			if now, err := s.text(t.ID, e.Lang, today); err == nil && e.Action == Given && e.Version != now.Version {
				st.Outdated, st.Changes = true, now.Changes
			}
		}
		out = append(out, st)
	}
	return out, nil
}

// Overview is a patient's consents: how things stand, and every paper, newest first.
type Overview struct {
	States     []State
	History    []Entry
	Chaperones []Chaperone // the newest first
	Today      civil.Date
}

// Overview reads a patient's consents and records the view.
func (s *Service) Overview(ctx context.Context, p id.Patient) (Overview, error) {
	a, err := authz.Require(ctx, authz.ConsentRead)
	if err != nil {
		return Overview{}, err
	}
	var o Overview
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.GetTx(ctx, tx, p); err != nil {
			return err
		}
		if o.States, err = s.Status(ctx, tx, p); err != nil {
			return err
		}
		if o.History, err = s.entries(ctx, tx, p); err != nil {
			return err
		}
		o.Today = a.Today(tx.Now.Time)
		o.Chaperones, err = s.chaperones(ctx, tx, p)
		return err
	})
	if err != nil {
		return Overview{}, db.Classify(err)
	}
	return o, s.log.Viewed(ctx, db.Event{Action: "consent.list", Patient: p, Kind: "patient", Subject: p.String()})
}

// entries lists the papers of a patient, newest first.
func (s *Service) entries(ctx context.Context, tx *db.Tx, p id.Patient) ([]Entry, error) {
	rows, err := q.New(tx).ForPatient(ctx, q.ForPatientParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return nil, err
	}
	a, _ := authz.From(ctx)
	var out []Entry
	for _, r := range rows {
		title := r.TextKey // a text that the program no longer has
		if t, err := s.text(r.TextKey, r.TextLang, civil.Date{}); err == nil {
			title = t.Title
		}
		out = append(out, Entry{ID: r.ConsentID, Document: r.DocumentID, Key: r.TextKey, Title: title, Action: Action(r.Action),
			Signer: Signer{Name: r.SignerName, Relation: Relation(r.Relation), Identity: r.Identity}, EndsOn: r.EndsOn, Method: Method(r.Method), Lang: r.TextLang, Version: r.TextVersion, Note: r.Note,
			At: r.SignedAt, On: a.Today(r.SignedAt.Time), Witness: r.WitnessName})
	}
	return out, nil
}

// Shown is one paper, as signed.
type Shown struct {
	Paper
	ID       id.Consent
	Document document.Signed
}

// Paper gives one paper of a patient and records the view.
func (s *Service) Paper(ctx context.Context, p id.Patient, c id.Consent) (Shown, error) {
	a, err := authz.Require(ctx, authz.ConsentRead)
	if err != nil {
		return Shown{}, err
	}
	out := Shown{ID: c}
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		row, err := q.New(tx).Get(ctx, q.GetParams{PracticeID: tx.Practice, PatientID: p, ConsentID: c})
		if err != nil {
			return db.Found(err, "There is no such consent in this chart.")
		}
		if out.Document, err = s.docs.Get(ctx, tx, row.DocumentID); err != nil {
			return err
		}
		out.Paper, err = parsePaper(out.Document.Body)
		return err
	})
	if err != nil {
		return Shown{}, db.Classify(err)
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "consent.view", Patient: p, Kind: "consent", Subject: c.String()})
}

// SignInput is an agreement about to be recorded.
type SignInput struct {
	Patient id.Patient
	Key     string
	// Lang, Version and Hash are those of the text that was on the page.
	Lang, Version, Hash string
	Signer              Signer
	// Strokes is the drawn signature; when it is empty, TypedName says that the
	// typed name is meant as one.
	Strokes   string
	TypedName bool
}

// Sign records that somebody agreed. The signed-in person is the witness. It
// returns NotFound, Conflict for a merged record, Stale when the text has
// changed since it was shown, and Invalid on name, relation or signature.
func (s *Service) Sign(ctx context.Context, in SignInput) (id.Consent, error) {
	if _, err := authz.Require(ctx, authz.ConsentWrite); err != nil {
		return id.Consent{}, err
	}
	sig := Signature{Method: Typed}
	var strokes error
	switch {
	case strings.TrimSpace(in.Strokes) != "":
		sig = Signature{Method: Drawn, Width: BoxWidth, Height: BoxHeight}
		sig.Path, strokes = ParseStrokes("strokes", in.Strokes)
	case !in.TypedName:
		strokes = errs.OnField("strokes", "Sign in the box, or tick that the typed name is the signature.")
	}
	return s.record(ctx, in.Patient, in.Key, Given, in.Signer, sig, "", func(t knowledge.ConsentText, minor bool, today civil.Date) error {
		if t.Lang != in.Lang || t.Version != in.Version || t.SHA256 != in.Hash {
			return errs.New(errs.Stale, "The text has changed since it was shown. Read the new one before signing.")
		}
		return errs.OnFields(append(mayAgree(in.Signer, minor, today), errs.FieldsOf(strokes)...)...)
	})
}

// SpokenInput is a refusal or withdrawal about to be recorded. It needs no
// signature: what somebody says counts from the moment it is said.
type SpokenInput struct {
	Patient id.Patient
	Key     string
	Signer  Signer
	Note    string // what was said; needed for a refusal
}

// Decline records that somebody was asked and said no, with what was said.
func (s *Service) Decline(ctx context.Context, in SpokenInput) (id.Consent, error) {
	if _, err := authz.Require(ctx, authz.ConsentWrite); err != nil {
		return id.Consent{}, err
	}
	return s.record(ctx, in.Patient, in.Key, Declined, in.Signer, Signature{Method: Spoken}, in.Note, func(knowledge.ConsentText, bool, civil.Date) error {
		if strings.TrimSpace(in.Note) == "" {
			return errs.OnField("note", "Write what was said, such as: prefers not to sign.")
		}
		return nil
	})
}

// Withdraw records that somebody no longer agrees; a Conflict unless the
// consent stands as given. A minor may withdraw: nobody is treated against
// their word.
func (s *Service) Withdraw(ctx context.Context, in SpokenInput) (id.Consent, error) {
	if _, err := authz.Require(ctx, authz.ConsentWrite); err != nil {
		return id.Consent{}, err
	}
	return s.record(ctx, in.Patient, in.Key, Withdrawn, in.Signer, Signature{Method: Spoken}, in.Note, nil)
}

// record checks what all papers share and writes one: the document and the row
// that finds it.
func (s *Service) record(ctx context.Context, p id.Patient, key string, action Action, signer Signer, sig Signature, note string,
	check func(t knowledge.ConsentText, minor bool, today civil.Date) error) (id.Consent, error) {
	a, err := authz.Require(ctx, authz.ConsentWrite)
	if err != nil {
		return id.Consent{}, err
	}
	signer.Name, signer.Identity, note = oneLine(signer.Name), oneLine(signer.Identity), strings.TrimSpace(note)
	if err := checkSigner(signer, note); err != nil {
		return id.Consent{}, err
	}
	cid := id.New[id.Consent]()
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		pt, err := s.patients.WritableTx(ctx, tx, p)
		if err != nil {
			return err
		}
		today := a.Today(tx.Now.Time)
		text, err := s.text(key, pt.Language, today)
		if err != nil {
			return err
		}
		if check != nil {
			if err := check(text, pt.IsMinor(today), today); err != nil {
				return err
			}
		}
		ends := lastDay(action, signer, pt, today)
		refers, err := s.before(ctx, tx, p, key, action)
		if err != nil {
			return err
		}
		paper := makePaper(a, tx.Now.Time, pt, text, action, signer, sig, note)
		paper.EndsOn = ends
		if paper.Practice, err = q.New(tx).PracticeName(ctx, tx.Practice); err != nil {
			return err
		}
		body, err := json.Marshal(paper)
		if err != nil {
			return err
		}
		doc, err := s.docs.Append(ctx, tx, document.Draft{Patient: p, Kind: document.KindConsent, Title: titleOf(text, action), Subject: cid.String(),
			Refers: refers, ServiceDate: paper.LocalDate, Format: format, Body: body})
		if err != nil {
			return err
		}
		err = q.New(tx).Insert(ctx, q.InsertParams{PracticeID: tx.Practice, ConsentID: cid, PatientID: p, Kind: string(text.Kind), Action: string(action),
			TextKey: text.ID, TextLang: text.Lang, TextVersion: text.Version, TextHash: text.SHA256, SignerName: signer.Name,
			Relation: string(signer.Relation), Identity: signer.Identity, EndsOn: ends, Method: string(sig.Method), Note: note, SignedAt: tx.Now, WitnessedBy: a.User, DocumentID: doc.ID})
		if err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "consent." + string(action), Patient: p, Kind: "consent", Subject: cid.String(), Detail: text.ID + " version " + text.Version})
	})
	if err != nil {
		return id.Consent{}, db.Classify(err)
	}
	return cid, s.log.WaitSealed(ctx, a.Practice)
}

// before gives the paper that a withdrawal takes back; there must be one that
// stands. Other actions take nothing back.
func (s *Service) before(ctx context.Context, tx *db.Tx, p id.Patient, key string, action Action) (id.Document, error) {
	if action != Withdrawn {
		return id.Document{}, nil
	}
	states, err := s.Status(ctx, tx, p)
	if err != nil {
		return id.Document{}, err
	}
	st, _ := Find(states, key)
	if st.Standing != Given {
		return id.Document{}, errs.New(errs.Conflict, "There is no consent to withdraw: it is "+strings.ToLower(Label(st.Standing))+".")
	}
	return st.Latest.Document, nil
}
