package app

import (
	"context"
	"net/http"

	"soapstone/internal/assessment"
	"soapstone/internal/assessment/assessmentui"
	"soapstone/internal/audit"
	"soapstone/internal/audit/auditui"
	"soapstone/internal/authn"
	"soapstone/internal/authn/authnui"
	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/careteam"
	"soapstone/internal/careteam/careteamui"
	"soapstone/internal/checkout"
	"soapstone/internal/checkout/checkoutui"
	"soapstone/internal/claim"
	"soapstone/internal/claim/claimui"
	"soapstone/internal/claimpaper"
	"soapstone/internal/claimx12"
	"soapstone/internal/consent"
	"soapstone/internal/consent/consentui"
	"soapstone/internal/coverage"
	"soapstone/internal/coverage/coverageui"
	"soapstone/internal/credential"
	"soapstone/internal/credential/credentialui"
	"soapstone/internal/db"
	"soapstone/internal/diagnosiscode"
	"soapstone/internal/diagnosiscode/diagnosiscodeui"
	"soapstone/internal/document"
	"soapstone/internal/errs"
	"soapstone/internal/fee"
	"soapstone/internal/fee/feeui"
	"soapstone/internal/home"
	"soapstone/internal/id"
	"soapstone/internal/inbox"
	"soapstone/internal/inbox/inboxui"
	"soapstone/internal/intake"
	"soapstone/internal/intake/intakeui"
	"soapstone/internal/jobs"
	"soapstone/internal/knowledge"
	"soapstone/internal/ledger"
	"soapstone/internal/outcome"
	"soapstone/internal/outcome/outcomeui"
	"soapstone/internal/patient"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/plan"
	"soapstone/internal/plan/planui"
	"soapstone/internal/practice"
	"soapstone/internal/practice/practiceui"
	"soapstone/internal/referral"
	"soapstone/internal/referral/referralui"
	"soapstone/internal/report"
	"soapstone/internal/report/reportui"
	"soapstone/internal/screening"
	"soapstone/internal/screening/screeningui"
	"soapstone/internal/tlscert/tlscertui"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
	"soapstone/internal/visit/visitui"
	"soapstone/internal/visitledger"
	"soapstone/internal/visitledger/visitledgerui"
	"soapstone/internal/web"
	"soapstone/internal/web/kit"
	"soapstone/units"
)

// Rooms are the services, wired.
type Rooms struct {
	Knowledge   *knowledge.Set
	Documents   *document.Store
	Blobs       *blob.Store
	Authn       *authn.Service
	Practices   *practice.Service
	Patients    *patient.Service
	CareTeams   *careteam.Service
	Consents    *consent.Service
	Intakes     *intake.Service
	Codes       *diagnosiscode.Service
	Referrals   *referral.Service
	Inbox       *inbox.Service
	Screening   *screening.Service
	Assessments *assessment.Service
	Plans       *plan.Service
	Visits      *visit.Service
	Outcomes    *outcome.Service
	Ledger      *visitledger.Service
	Reports     *report.Service
	Coverages   *coverage.Service
	Fees        *fee.Service
	Claims      *claim.Service
	Accounts    *ledger.Service
	Checkouts   *checkout.Service
	Credentials *credential.Service
}

// compose wires every room, from the ground up.
func (a *App) compose() error {
	know, err := knowledge.Load()
	if err != nil {
		return err
	}
	a.log = audit.New(a.db, a.key)
	a.queue = jobs.New(a.db)
	a.authn = authn.New(a.db, a.key, authn.Options{Product: "Soapstone", Demo: len(a.cfg.Demo) > 0})
	r := Rooms{Knowledge: know, Authn: a.authn, Documents: document.New(a.db, a.key), Blobs: blob.New(a.db, a.key)}
	r.Practices = practice.New(a.db, a.log, a.authn)
	r.Patients = patient.New(a.db, a.log)
	r.CareTeams = careteam.New(a.db, a.log, r.Patients)
	r.Credentials = credential.New(a.db, a.log, r.Practices, r.Blobs)
	r.Consents = consent.New(a.db, a.log, r.Patients, r.Documents, know)
	r.Intakes = intake.New(a.db, a.log, r.Patients)
	r.Codes = diagnosiscode.New(a.db, a.log, r.Blobs, know.ICD10())
	r.Referrals = referral.New(a.db, a.log, r.Patients, r.Blobs, know.ICD10())
	r.Referrals.Codes = r.Codes
	r.Inbox = inbox.New(a.db, a.log, r.Patients, r.Blobs, r.Referrals)
	r.Screening = screening.New(a.db, a.log, know, r.Patients, r.Referrals, r.Documents)
	r.Assessments = assessment.New(a.db, a.log, r.Patients, r.Referrals, know)
	r.Outcomes = outcome.New(a.db, a.log, know, r.Patients)
	safe := gate{r.Screening, r.Consents, r.Intakes, know}
	r.Screening.Scans, r.Screening.Findings = r.Blobs, strength{r.Assessments}
	r.Plans = plan.New(a.db, a.log, plan.Deps{Patients: r.Patients, Referrals: r.Referrals, Assessments: r.Assessments, Knowledge: know, Measures: r.Outcomes, Severity: r.Screening, Safety: safe})
	r.Ledger = visitledger.New(a.db, a.log, r.Referrals)
	r.Visits = visit.New(a.db, a.log, visit.Deps{Documents: r.Documents, Knowledge: know, Patients: r.Patients, Ledger: r.Ledger, Safety: safe, Consent: r.Consents})
	r.Reports = report.New(a.db, a.log, report.Deps{Patients: r.Patients, Referrals: r.Referrals, Assessments: r.Assessments, Plans: r.Plans,
		Visits: r.Visits, Outcomes: r.Outcomes, Ledger: r.Ledger, Documents: r.Documents, Knowledge: know,
		Picture: func(marks []note.Mark) ([]byte, error) { return visitui.Picture(marks, know) }})
	r.composeBilling(a)
	r.Patients.AddAlertSource(r.Screening)
	r.Patients.AddAlertSource(r.Ledger)
	r.Patients.AddAlertSource(r.Consents)
	r.Patients.AddAlertSource(r.Intakes)
	r.Patients.AddAlertSource(r.Outcomes)
	a.rooms = r
	return a.composeServer()
}

// composeBilling wires what turns a signed note into money. Claims and check-outs
// know each other: one asks what was paid, the other what is claimed.
func (r *Rooms) composeBilling(a *App) {
	r.Coverages = coverage.New(a.db, a.log, r.Patients, r.Referrals, r.Blobs, r.Knowledge)
	r.Visits.Payer = payerRule{r.Coverages}
	r.Ledger.Payers = insured{a.db, r.Coverages, r.Reports}
	r.Fees = fee.New(a.db, a.log, r.Coverages)
	r.Claims = claim.New(a.db, a.log, claim.Deps{Documents: r.Documents, Patients: r.Patients, Referrals: r.Referrals, Coverages: r.Coverages, Fees: r.Fees,
		Practices: r.Practices, Knowledge: r.Knowledge, Blobs: r.Blobs, X12: claimx12.New(r.Knowledge), Paper: claimpaper.Printer{}, Reports: r.Reports, Codes: r.Codes})
	r.Accounts = ledger.New(r.Patients)
	r.Checkouts = checkout.New(a.db, a.log, checkout.Deps{Patients: r.Patients, Practices: r.Practices, Coverages: r.Coverages, Fees: r.Fees,
		Claims: r.Claims, Ledger: r.Accounts, Blobs: r.Blobs})
	r.Claims.Money, r.Claims.Paid = r.Checkouts, r.Checkouts
	r.Visits.Observe(r.Claims)
}

// checkoutPage is where a therapist goes on after signing.
func checkoutPage(v id.Visit) string { return "/visits/" + v.String() + "/checkout" }

// payerRule tells visits how a payer turns minutes into units.
type payerRule struct{ s *coverage.Service }

// UnitRule implements visit.Payer. Who may not see insurance is told nothing.
func (p payerRule) UnitRule(ctx context.Context, tx *db.Tx, c visit.VisitCheck) (units.Rule, error) {
	if _, err := authz.Require(ctx, authz.CoverageRead); err != nil {
		return "", nil //nolint:nilerr // nothing is said of insurance to who may not see it
	}
	cover, found, err := p.s.ForVisitTx(ctx, tx, c.Patient, c.Referral, c.On)
	if err != nil || !found {
		return "", err
	}
	terms, err := p.s.TermsTx(ctx, tx, cover.Payer.ID, c.On)
	if errs.Is(err, errs.Conflict) { // its rules are not known any more: that must keep no note from being saved
		return "", nil
	}
	return terms.UnitRule, err
}

func (a *App) composeServer() error {
	srv, err := web.NewServer(web.Config{
		Dev: a.cfg.Dev, Clock: a.cfg.Clock, Log: a.cfg.Log, Auth: a.authn, Nav: nav(),
		Menu:      []kit.Link{kit.To("Preferences", "/preferences"), kit.To("My phrases", "/phrases"), kit.To("My credentials", "/credentials"), kit.To("Security", "/security")},
		Find:      "/find",
		OnRefused: a.refused,
		Practice:  a.practiceName,
	})
	if err != nil {
		return err
	}
	a.srv = srv
	a.doors = &doors{place: a.cfg.Place, key: a.key, clock: a.cfg.Clock, log: a.cfg.Log, srv: srv}
	a.register(srv.Router())
	return nil
}

// register adds the routes of every room.
func (a *App) register(rt *web.Router) {
	r, c := a.rooms, a.cfg.Clock
	rt.Public("GET /healthz", a.health)
	authnui.Register(rt, authnui.Deps{Authn: a.authn, Practices: r.Practices, Clock: c, AfterSetup: "/settings/connection",
		RecoverySheet: func(context.Context) (string, error) { return a.key.Recovery(), nil }, DemoAccounts: a.cfg.Demo})
	practiceui.Register(rt, practiceui.Deps{Practices: r.Practices, Authn: a.authn, Clock: c})
	tlscertui.Register(rt, tlscertui.Deps{Doors: a.doors, Addresses: ownAddresses, Tabs: practiceui.Tabs, Changed: a.connectionChanged})
	auditui.Register(rt, auditui.Deps{Log: a.log, Clock: c, Names: a.patientNames})
	patientui.Register(rt, patientui.Deps{Patients: r.Patients})
	careteamui.Register(rt, careteamui.Deps{Teams: r.CareTeams, Patients: r.Patients, Clock: c})
	credentialui.Register(rt, credentialui.Deps{Credentials: r.Credentials})
	consentui.Register(rt, consentui.Deps{Consents: r.Consents, Patients: r.Patients})
	intakeui.Register(rt, intakeui.Deps{Intakes: r.Intakes, Patients: r.Patients})
	diagnosiscodeui.Register(rt, diagnosiscodeui.Deps{Codes: r.Codes, Tabs: practiceui.Tabs})
	referralui.Register(rt, referralui.Deps{Referrals: r.Referrals, Patients: r.Patients, Ledger: visitledgerui.Bars{Service: r.Ledger}, Insured: insured{a.db, r.Coverages, r.Reports}, Clock: c})
	inboxui.Register(rt, inboxui.Deps{Inbox: r.Inbox, Patients: r.Patients, Folder: a.inboxFolder, Clock: c})
	screeningui.Register(rt, screeningui.Deps{Screening: r.Screening, Patients: r.Patients, Knowledge: r.Knowledge, Clock: c, Lender: a.authn})
	assessmentui.Register(rt, assessmentui.Deps{Assessments: r.Assessments, Patients: r.Patients, Knowledge: r.Knowledge})
	planui.Register(rt, planui.Deps{Plans: r.Plans, Patients: r.Patients, Knowledge: r.Knowledge})
	outcomeui.Register(rt, outcomeui.Deps{Outcomes: r.Outcomes, Patients: r.Patients, Knowledge: r.Knowledge, Clock: c, Lender: a.authn})
	visitui.Register(rt, visitui.Deps{Visits: r.Visits, Patients: r.Patients, Knowledge: r.Knowledge, AfterSign: checkoutPage})
	reportui.Register(rt, reportui.Deps{Reports: r.Reports, Patients: r.Patients})
	coverageui.Register(rt, coverageui.Deps{Coverages: r.Coverages, Patients: r.Patients, Referrals: r.Referrals, Practices: r.Practices, Clock: c})
	feeui.Register(rt, feeui.Deps{Fees: r.Fees, Coverages: r.Coverages, Knowledge: r.Knowledge, Clock: c})
	claimui.Register(rt, claimui.Deps{Claims: r.Claims, Patients: r.Patients, Knowledge: r.Knowledge})
	checkoutui.Register(rt, checkoutui.Deps{Checkouts: r.Checkouts, Patients: r.Patients})
	home.Register(rt, home.Deps{DB: a.db, Log: a.log, Clock: c, Patients: r.Patients, Referrals: r.Referrals, Screening: r.Screening, Plans: r.Plans,
		Visits: r.Visits, Outcomes: r.Outcomes, Ledger: r.Ledger, Reports: r.Reports, CareTeams: r.CareTeams, Knowledge: r.Knowledge, Keys: a.authn,
		Inbox: r.Inbox, Credentials: r.Credentials})
}

// health answers a probe: 503 while shutting down or when the data does not answer.
func (a *App) health(w http.ResponseWriter, r *http.Request) error {
	if a.srv.Draining() {
		return errs.New(errs.Unavailable, "Shutting down.")
	}
	if err := a.db.Ping(r.Context()); err != nil {
		return errs.Wrap(errs.Unavailable, err, "The database does not answer.")
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := w.Write([]byte("ok\n"))
	return err
}

// refused records that somebody signed in reached for what is not theirs.
func (a *App) refused(ctx context.Context, r *http.Request, kind errs.Kind) {
	if err := a.log.Refused(ctx, r.Pattern, kind); err != nil {
		a.cfg.Log.Error("a refused request could not be recorded", "err", err)
	}
}

// patientNames names the patients of one page of the audit report.
func (a *App) patientNames(ctx context.Context, ids []id.Patient) (map[id.Patient]string, error) {
	actor, err := authz.Require(ctx, authz.PatientRead)
	if err != nil {
		return nil, nil // the report stands without names
	}
	names := map[id.Patient]string{}
	err = a.db.Read(ctx, actor.Practice, func(ctx context.Context, tx *db.Tx) error {
		for _, p := range ids {
			rec, err := a.rooms.Patients.GetTx(ctx, tx, p)
			if errs.Is(err, errs.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			names[p] = rec.Name
		}
		return nil
	})
	return names, err
}

func (a *App) practiceName(ctx context.Context, _ authz.Actor) string {
	p, err := a.rooms.Practices.Practice(ctx)
	if err != nil {
		return "" // the page goes on without the name
	}
	return p.Name
}

func (a *App) connectionChanged(ctx context.Context, practice id.Practice, mode string) error {
	return a.db.Write(ctx, practice, func(ctx context.Context, tx *db.Tx) error {
		return tx.Audit(ctx, db.Event{Action: "system.connection", Detail: "certificate: " + mode})
	})
}
