package claim

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"soapstone/internal/assessment"
	"soapstone/internal/civil"
	"soapstone/internal/claim/q"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/referral"
	"soapstone/internal/visit/note"
)

// note reads the signed note with its addenda. Only what a claim must prove is
// taken from it: techniques, places, minutes, findings on the chart and how many
// motions were measured.
func (g *gatherer) note(ctx context.Context, f *Facts, c stored) error {
	if c.DocumentID.IsZero() {
		return nil
	}
	row := c.signed
	doc, err := g.s.Documents.Get(ctx, g.tx, row.DocumentID)
	if err != nil {
		return err
	}
	body, err := note.DecodeSigned(doc.Body)
	if err != nil {
		return err
	}
	more, err := g.s.Documents.Referring(ctx, g.tx, doc.ID)
	if err != nil {
		return err
	}
	var addenda []note.Addendum
	for _, d := range more {
		if d.Format != note.AddendumFormat {
			continue
		}
		a, err := note.DecodeAddendum(d.Body)
		if err != nil {
			return err
		}
		addenda = append(addenda, a)
	}
	f.LicenseThen = doc.SignerLicense
	f.Note = NoteFacts{Document: row.DocumentID, Valid: row.State == "valid", Patient: row.PatientID, Visit: row.VisitID, Date: row.ServiceDate}
	g.read(f, note.Corrected(body.Note, addenda))
	return nil
}

func (g *gatherer) read(f *Facts, d note.Draft) {
	know := g.s.Knowledge
	f.Note.Motions = len(d.Objective.ROM)
	for _, v := range d.Interventions {
		given := Given{Technique: v.Technique, Label: note.TechniqueLabel(know, v.Technique), Sites: v.Sites, Zones: v.Regions(know)}
		if v.Minutes != nil {
			given.Minutes = *v.Minutes
		}
		if len(given.Sites) == 0 && v.Region != "" {
			given.Sites = []string{v.Region}
			given.Places = []string{note.ZoneLabel(know, v.Region)}
		}
		for _, s := range v.Sites {
			given.Places = append(given.Places, note.SiteLabel(know, s))
		}
		f.Note.Given = append(f.Note.Given, given)
	}
	for _, m := range d.Marks {
		if m.Type == note.Treated || !m.Provenance.In() {
			continue
		}
		f.Note.Marks = append(f.Note.Marks, Mark{Site: m.Site, Zone: zoneOf(know, m.Site),
			Words: strings.ToLower(m.Type.Label()) + ": " + note.SiteLabel(know, m.Site)})
	}
}

func zoneOf(k *knowledge.Set, site string) string {
	if s, ok := k.Site(site); ok {
		return s.Zone
	}
	return ""
}

// prescription is the order behind the visit: the one it was planned under, or,
// where it was planned under none, the one in force on the day.
func (g *gatherer) prescription(ctx context.Context, f *Facts, c stored) error {
	var err error
	if f.Measured, err = once(g.measures, dayKey{f.Patient.ID, f.Visit.Date}, func() (Measured, error) { return g.measured(ctx, f) }); err != nil {
		return err
	}
	all, err := once(g.orders, f.Patient.ID, func() ([]referral.Referral, error) { return g.s.Referrals.ForPatient(ctx, g.tx, f.Patient.ID) })
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(r referral.Referral) bool {
		if f.Visit.Referral.IsZero() {
			return r.Covers(f.Visit.Date)
		}
		return r.ID == f.Visit.Referral
	})
	if i < 0 {
		return nil
	}
	p := &Prescription{Referral: all[i]}
	f.Prescription = p
	if p.State == referral.Closed {
		zone, err := time.LoadLocation(f.Place.Zone)
		if err != nil {
			return err
		}
		p.ClosedOn = civil.DateIn(p.ClosedAt.Time, zone)
	}
	if err := g.used(ctx, f, p, c); err != nil {
		return err
	}
	if p.Findings, err = once(g.found, dayKey{f.Patient.ID, f.Visit.Date}, func() ([]Mark, error) { return g.findings(ctx, f) }); err != nil {
		return err
	}
	codes := g.s.Knowledge.ICD10()
	if g.s.Codes != nil {
		if codes, err = g.s.Codes.Codes(ctx, g.tx); err != nil {
			return err
		}
	}
	zones := g.s.Knowledge.Zones()
	for _, code := range p.Referral.Codes() {
		p.DiagnosisZones = append(p.DiagnosisZones, zonesAbout(zones, code))
		state, why := codes.Valid(code, f.Visit.Date)
		d := DiagnosisState{Code: code, State: state, Why: why}
		if known, ok := codes.Lookup(code); ok {
			d.External, d.Unspecified = known.ExternalCause(), known.Unspecified()
		} else {
			d.External = code != "" && strings.ContainsAny(code[:1], "VWXY")
		}
		p.Codes = append(p.Codes, d)
	}
	return g.authorisations(ctx, f, p)
}

// used counts the visits of the prescription up to and with this one.
func (g *gatherer) used(ctx context.Context, f *Facts, p *Prescription, c stored) error {
	rows, err := once(g.held, p.ID, func() ([]q.VisitsOfReferralRow, error) { return g.under(ctx, f.Patient.ID, p.ID) })
	if err != nil {
		return err
	}
	if g.s.Reports != nil {
		f.Reports.Known = true
		f.Reports.LastOn, err = once(g.reported, reportKey{p.ID, f.Visit.Date}, func() (civil.Date, error) {
			return g.s.Reports.LastReportTx(ctx, g.tx, p.ID, f.Visit.Date)
		})
		if err != nil {
			return err
		}
	}
	p.visits = upTo(rows, c.VisitID, f.Visit.Date)
	p.Used = int64(len(p.visits))
	for _, on := range p.visits {
		if f.Reports.LastOn.IsZero() || on.After(f.Reports.LastOn) {
			p.SinceReport++
		}
	}
	p.FirstOn = p.visits[0]
	return nil
}

// under are the visits held under a prescription in their order: those planned
// under it, and those planned under none that are claimed under it.
func (g *gatherer) under(ctx context.Context, p id.Patient, r id.Referral) ([]q.VisitsOfReferralRow, error) {
	out, err := g.queries.VisitsOfReferral(ctx, q.VisitsOfReferralParams{PracticeID: g.tx.Practice, ReferralID: r})
	if err != nil {
		return nil, err
	}
	more, err := g.queries.VisitsClaimedUnder(ctx, q.VisitsClaimedUnderParams{PracticeID: g.tx.Practice, PatientID: p, ReferralID: r})
	for _, v := range more {
		out = append(out, q.VisitsOfReferralRow(v))
	}
	slices.SortStableFunc(out, func(a, b q.VisitsOfReferralRow) int {
		return cmp.Or(a.StartsAt.Compare(b.StartsAt.Time), bytes.Compare(a.VisitID[:], b.VisitID[:]))
	})
	return out, err
}

// upTo gives the days of a prescription's visits in their order, up to and with
// the one asked about.
func upTo(rows []q.VisitsOfReferralRow, v id.Visit, on civil.Date) []civil.Date {
	var out []civil.Date
	for _, r := range rows {
		if r.VisitID == v {
			return append(out, r.ServiceDate)
		}
		if !r.ServiceDate.After(on) {
			out = append(out, r.ServiceDate)
		}
	}
	return append(out, on)
}

func (g *gatherer) authorisations(ctx context.Context, f *Facts, p *Prescription) error {
	for _, a := range p.Referral.Authorisations {
		use := AuthorisationUse{Authorisation: a}
		for _, on := range p.visits {
			if a.Covers(on) {
				use.VisitsUsed++
			}
		}
		if a.Units != nil && !a.Withdrawn {
			var err error
			if use.UnitsUsed, err = g.unitsUnder(ctx, f, a); err != nil {
				return err
			}
		}
		p.Authorisations = append(p.Authorisations, use)
	}
	return nil
}

// unitsUnder are the timed units that other claims ask for under an
// authorization. A claim that is replaced, voided, rejected or dropped asks for
// none, and neither does a draft of later care: what is given first is claimed
// first, and drafts do not keep one another from leaving.
func (g *gatherer) unitsUnder(ctx context.Context, f *Facts, a referral.Authorisation) (int64, error) {
	to := a.ToOn
	if to.IsZero() {
		to = f.Today
	}
	rows, err := g.queries.ClaimsOfSpan(ctx, q.ClaimsOfSpanParams{PracticeID: g.tx.Practice, PatientID: f.Patient.ID, FromOn: a.FromOn, ToOn: to})
	var units int64
	later := false
	for _, r := range rows { // by day of service
		later = later || r.ClaimID == f.Claim
		if s := State(r.State); r.ClaimID == f.Claim || r.ClaimID == f.Replaces || s == Cancelled || s == Closed || s == Rejected || later && s.Draft() {
			continue
		}
		d, err := decode(r.Body)
		if err != nil {
			return 0, err
		}
		if d.Authorisation != text(a.Number) || d.Frequency == Void {
			continue
		}
		for _, l := range d.Lines {
			if l.Timed {
				units += l.Units
			}
		}
	}
	return units, err
}

// regionZones are the zones of the body in which an assessed region lies.
var regionZones = map[assessment.Region][]string{
	assessment.Neck: {"neck-shoulders"}, assessment.Back: {"upper-back-chest", "low-back-hips"}, assessment.Shoulder: {"neck-shoulders"},
}

// findings are what completed assessments found, up to the day.
func (g *gatherer) findings(ctx context.Context, f *Facts) ([]Mark, error) {
	rows, err := g.queries.FindingsOfPatient(ctx, q.FindingsOfPatientParams{PracticeID: g.tx.Practice, PatientID: f.Patient.ID, OnDate: f.Visit.Date})
	var out []Mark
	for _, r := range rows {
		when := "assessed " + r.OnDate.Human()
		switch r.Kind {
		case "pain", "palpation":
			if zone := zoneOf(g.s.Knowledge, r.Subject); zone != "" {
				out = append(out, Mark{Site: r.Subject, Zone: zone, Words: r.Kind + ": " + note.SiteLabel(g.s.Knowledge, r.Subject) + ", " + when})
			}
		case "rom":
			joint, _, _ := strings.Cut(r.Subject, ".")
			for _, zone := range regionZones[assessment.RegionOfJoint(joint)] {
				out = append(out, Mark{Zone: zone, Words: "range of motion: " + note.MotionLabel(g.s.Knowledge, r.Subject, r.Side) + ", " + when})
			}
		}
	}
	return out, err
}

// measured is the newest measurement on or before the day.
func (g *gatherer) measured(ctx context.Context, f *Facts) (m Measured, err error) {
	on, err := g.queries.LastAssessment(ctx, q.LastAssessmentParams{PracticeID: g.tx.Practice, PatientID: f.Patient.ID, OnDate: f.Visit.Date})
	if err != nil && !none(err) {
		return m, err
	}
	if err == nil {
		m = Measured{On: on, What: "assessment"}
	}
	score, err := g.queries.LastScore(ctx, q.LastScoreParams{PracticeID: g.tx.Practice, PatientID: f.Patient.ID, OnDate: f.Visit.Date})
	if none(err) {
		return m, nil
	}
	if err == nil && (m.On.IsZero() || score.OnDate.After(m.On)) {
		m = Measured{On: score.OnDate, What: strings.ToUpper(score.Instrument)}
	}
	return m, err
}

// zonesAbout are the zones that a diagnosis is about, by the prefixes of the
// body chart; nil where that is not known.
func zonesAbout(zones []knowledge.Zone, code string) []string {
	var out []string
	for _, z := range zones {
		if slices.ContainsFunc(z.Codes, func(prefix string) bool { return strings.HasPrefix(knowledge.DotlessCode(code), prefix) }) {
			out = append(out, z.ID)
		}
	}
	return out
}

// settled are the choices that count: the newest of each kind and subject.
func settled(all []Choice) Choices {
	out := Choices{Procedures: map[string]string{}, Modifiers: map[string][]string{}, Pointers: map[string][]int{}}
	for _, c := range all { // oldest first
		switch c.Kind {
		case ChooseTie:
			out.Tie = strings.Fields(c.Value)
		case ChooseProcedure:
			out.Procedures[c.Subject] = c.Value
		case ChooseModifier:
			out.Modifiers[c.Subject] = strings.Fields(strings.TrimPrefix(c.Value, "-"))
		case ChoosePointer:
			out.Pointers[c.Subject] = numbers(c.Value)
		case ChooseRemark:
			out.Remark = c.Value
		}
	}
	return out
}

func (g *gatherer) choices(ctx context.Context, c id.Claim) ([]Choice, error) {
	if c.IsZero() {
		return nil, nil
	}
	rows, err := g.queries.Choices(ctx, q.ChoicesParams{PracticeID: g.tx.Practice, ClaimID: c})
	var out []Choice
	for _, r := range rows {
		out = append(out, Choice{Kind: ChoiceKind(r.Kind), Subject: r.Subject, Value: r.Value, Reason: r.Reason, By: r.ByName, At: r.ChosenAt.Time})
	}
	return out, err
}
