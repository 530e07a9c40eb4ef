package checkout

import (
	"context"
	"fmt"
	"strings"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/checkout/q"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/ledger"
	"soapstone/internal/patient"
	"soapstone/internal/pdf"
	"soapstone/internal/practice"
)

// firstReceipt is the number of a practice's first receipt.
const firstReceipt = 1001

// receipt numbers a payment, makes its paper and stores it, so that a reprint
// is the original. A number is given out in the transaction that uses it: none
// is lost and none is given twice.
func (s *Service) receipt(ctx context.Context, tx *db.Tx, a authz.Actor, p Payment, acc account, b ledger.Balance) (int64, error) {
	n, err := q.New(tx).NextReceipt(ctx, q.NextReceiptParams{PracticeID: tx.Practice, FirstNumber: firstReceipt})
	if err != nil {
		return 0, err
	}
	who, err := s.Patients.GetTx(ctx, tx, p.Patient)
	if err != nil {
		return 0, err
	}
	house, err := s.Practices.PracticeTx(ctx, tx)
	if err != nil {
		return 0, err
	}
	if house.Billing.Address.IsZero() && !acc.place.IsZero() {
		place, err := s.Practices.LocationTx(ctx, tx, acc.place)
		if err != nil {
			return 0, err
		}
		house.Billing.Address = practice.Address{Line1: place.AddressLine, City: place.City, State: place.State, PostalCode: place.PostalCode}
	}
	p.Receipt = n
	file, err := paper(p, who, house, acc.date, b, a)
	if err != nil {
		return 0, err
	}
	stored, err := s.Blobs.Put(ctx, tx, blob.File{Name: fmt.Sprintf("receipt-%d.pdf", n), ContentType: "application/pdf", Bytes: file})
	if err != nil {
		return 0, err
	}
	return n, q.New(tx).InsertReceipt(ctx, q.InsertReceiptParams{PracticeID: tx.Practice, ReceiptID: id.New[id.Receipt](), Number: n, PaymentID: p.ID, BlobID: stored, CreatedAt: tx.Now})
}

// paper draws a receipt on one page. It names the day of the visit and nothing
// of what was treated.
func paper(p Payment, who patient.Patient, house practice.Practice, visited civil.Date, b ledger.Balance, a authz.Actor) ([]byte, error) {
	zone := a.Zone
	if zone == nil {
		zone = time.UTC
	}
	name := house.Billing.LegalName
	if name == "" {
		name = house.Name
	}
	contact := []string{}
	for _, x := range []string{house.Billing.Address.String(), house.Phone, house.Email} {
		if x != "" {
			contact = append(contact, x)
		}
	}
	d := pdf.New(pdf.Meta{Title: "Receipt", Subtitle: fmt.Sprintf("No. %d · %s", p.Receipt, p.On.Human()), Practice: name, Contact: strings.Join(contact, " · "),
		Patient: who.Name, Record: who.Number, Foot: "Thank you. Keep this receipt for your records.", Created: p.ReceivedAt.Time})
	for_ := "Payment on account"
	if !visited.IsZero() {
		for_ = "Visit of " + visited.Human()
	}
	balance := pdf.KV{Label: "Balance after", Text: b.Owed().String()}
	if b.Credit() > 0 {
		balance = pdf.KV{Label: "Credit after", Text: b.Credit().String()}
	}
	d.KeyValues(
		pdf.KV{Label: "Received from", Text: who.Name},
		pdf.KV{Label: "For", Text: for_},
		pdf.KV{Label: "Paid by", Text: p.Label()},
		pdf.KV{Label: "Received", Text: p.ReceivedAt.In(zone).Format("2 Jan 2006, 3:04 PM") + " by " + a.Name},
	)
	d.Section("Amount received: " + p.Amount.String())
	d.KeyValues(balance)
	return d.Bytes()
}

// Receipt gives the receipt of a payment as it was made. PaymentRead; NotFound.
// The view is recorded.
func (s *Service) Receipt(ctx context.Context, pid id.Payment) (name string, data []byte, err error) {
	a, err := authz.Require(ctx, authz.PaymentRead)
	if err != nil {
		return "", nil, err
	}
	var p id.Patient
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		r, err := q.New(tx).GetPayment(ctx, q.GetPaymentParams{PracticeID: tx.Practice, PaymentID: pid})
		if err != nil {
			return db.Found(err, "This receipt does not exist, or is not in your practice.")
		}
		f, err := s.Blobs.Get(ctx, tx, r.ReceiptBlobID)
		p, name, data = r.PatientID, f.Name, f.Bytes
		return err
	})
	if err != nil {
		return "", nil, db.Classify(err)
	}
	return name, data, s.log.Viewed(ctx, db.Event{Action: "payment.receipt", Patient: p, Kind: "payment", Subject: pid.String()})
}
