package credential

import (
	"context"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
)

// Invent gives the actor of a demonstration a wallet, around day today: a
// certificate that runs out soon, and a requirement of which some hours are there.
func (s *Service) Invent(ctx context.Context, today civil.Date) error {
	if _, err := authz.Require(ctx, authz.CredentialOwn); err != nil {
		return err
	}
	for _, c := range []Credential{
		{Kind: Certification, Title: "Medical massage certification", Issuer: "Harbor Institute", Number: "HI-20881", IssuedOn: today.AddDays(-700), ExpiresOn: today.AddDays(395)},
		{Kind: FirstAid, Title: "CPR and AED", Issuer: "Harbor Safety Training", IssuedOn: today.AddDays(-690), ExpiresOn: today.AddDays(41)},
	} {
		if _, err := s.SaveCredential(ctx, c); err != nil {
			return err
		}
	}
	if _, err := s.SaveRequirement(ctx, Requirement{Name: "License renewal", Minutes: 24 * 60, From: today.AddDays(-500), To: today.AddDays(70),
		SourceURL: "https://board.example/massage/renewal", SeenOn: today.AddDays(-20), Parts: []Part{{Ethics, 120}, {Harassment, 60}}}); err != nil {
		return err
	}
	for _, t := range []Training{
		{Title: "Neck and shoulder: assessment and protocols", Provider: "Harbor Institute", Approval: "P-1182", On: today.AddDays(-320), Minutes: 16 * 60, Category: Pathology},
		{Title: "Ethics in a medical setting", Provider: "Lakeside Continuing Education", Approval: "P-0440", On: today.AddDays(-110), Minutes: 90, Category: Ethics},
		{Title: "Preventing sexual harassment", Provider: "Lakeside Continuing Education", On: today.AddDays(-108), Minutes: 60, Category: Harassment},
	} {
		if _, err := s.SaveTraining(ctx, t); err != nil {
			return err
		}
	}
	return nil
}
