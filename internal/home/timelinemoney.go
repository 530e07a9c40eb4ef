package home

import (
	"context"
	"strings"
	"time"

	"soapstone/internal/checkout"
	"soapstone/internal/claim"
	"soapstone/internal/home/q"
	"soapstone/internal/id"
	"soapstone/internal/web/kit"
)

func (r *reader) claimEvents(ctx context.Context, _ Filter, from Cursor) ([]Event, error) {
	rows, err := r.q.ChartClaims(ctx, q.ChartClaimsParams{PracticeID: r.tx.Practice, PatientID: r.patient, OnDate: from.On, At: from.At,
		CursorClaimID: id.Claim(from.ID), Most: pageSize + 1})
	var out []Event
	for _, c := range rows {
		s := claim.State(c.State)
		e := Event{Cursor: Cursor{c.ServiceDate, c.CreatedAt, c.ClaimID}, Kind: "Claim", Title: "Claim " + c.Number + ", " + strings.ToLower(s.Label()),
			Meta: kit.JoinDot(c.TotalCents.String(), c.PayerName), URL: "/claims/" + c.ClaimID.String(), Tone: claimTone(s)}
		switch claim.Frequency(c.Frequency) {
		case claim.Replacement:
			e.Title = "Corrected c" + e.Title[1:]
		case claim.Void:
			e.Title = "Void c" + e.Title[1:]
		}
		out = append(out, e)
	}
	return out, err
}

func claimTone(s claim.State) string {
	switch s {
	case claim.Rejected, claim.Denied:
		return "danger"
	case claim.Blocked, claim.Held:
		return "warn"
	case claim.Paid:
		return "ok"
	}
	return ""
}

func (r *reader) paymentEvents(ctx context.Context, _ Filter, from Cursor) ([]Event, error) {
	rows, err := r.q.ChartPayments(ctx, q.ChartPaymentsParams{PracticeID: r.tx.Practice, PatientID: r.patient, OnDate: from.On, At: from.At,
		CursorPaymentID: id.Payment(from.ID), Most: pageSize + 1})
	var out []Event
	for _, y := range rows {
		how := checkout.Payment{Way: checkout.Way(y.Way), Brand: y.Brand, LastFour: y.LastFour}.Label()
		e := Event{Cursor: Cursor{y.OnDate, y.ReceivedAt, y.PaymentID}, Kind: "Payment", Title: "Payment " + y.AmountCents.String(), Meta: how,
			URL: "/patients/" + r.patient.String() + "/account", Tone: "ok"}
		if y.Reversed != "" {
			e.Title, e.Tone = e.Title+", taken back", "warn"
			e.Meta = kit.JoinDot(how, y.Reversed)
		}
		out = append(out, e)
	}
	return out, err
}

// afterVisit is how much later than its visit a check-out stands, so that no
// two events have the same place.
const afterVisit = time.Microsecond

func (r *reader) checkoutEvents(ctx context.Context, _ Filter, from Cursor) ([]Event, error) {
	rows, err := r.q.ChartCheckouts(ctx, q.ChartCheckoutsParams{PracticeID: r.tx.Practice, PatientID: r.patient, OnDate: from.On, At: from.At.Add(-afterVisit),
		CursorVisitID: id.Visit(from.ID), Most: pageSize + 1})
	var out []Event
	for _, k := range rows {
		e := Event{Cursor: Cursor{k.ServiceDate, k.StartsAt.Add(afterVisit), k.VisitID}, Kind: "Check-out", Title: "Charge " + k.TotalCents.String(),
			Meta: "patient’s share " + k.ShareCents.String(), URL: "/visits/" + k.VisitID.String() + "/checkout"}
		if k.DoneAt.IsZero() {
			e.Title, e.Tone = e.Title+", not checked out", "warn"
		}
		out = append(out, e)
	}
	return out, err
}
