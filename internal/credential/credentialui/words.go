package credentialui

import (
	"fmt"
	"net/url"
	"strconv"

	"soapstone/internal/credential"
	"soapstone/internal/practice"
	"soapstone/internal/web/kit"
)

// walletView is one person's page. Own adds the ways to change it.
type walletView struct {
	credential.Wallet
	Own bool
}

func (v walletView) heldURL(c credential.Credential) string {
	if v.Own {
		return home + "/held/" + c.ID.String()
	}
	return ""
}

func (v walletView) fileURL(kind, subject string) string {
	if v.Own {
		return home + "/" + kind + "/" + subject + "/file"
	}
	return home + "/staff/" + kind + "/" + subject
}

func tone(t string) kit.Tone { return kit.Tone(t) }

func standingTone(s practice.Standing) kit.Tone {
	switch s {
	case practice.Expired:
		return kit.Danger
	case practice.Expiring:
		return kit.Warn
	case practice.Valid:
		return kit.OK
	}
	return kit.Neutral
}

func standingWord(s practice.Standing) string {
	switch s {
	case practice.NoLicense:
		return "None on file"
	case practice.Undated:
		return "No end date"
	case practice.Expired:
		return "Expired"
	case practice.Expiring:
		return "Expires soon"
	}
	return "Valid"
}

func licenseText(m practice.Member) string {
	end := ""
	if !m.LicenseExpires.IsZero() {
		end = "good through " + m.LicenseExpires.Human()
	}
	return kit.JoinDot(m.LicenseState+" "+m.LicenseNumber, end)
}

func heldMeta(c credential.Credential) string {
	number, end := c.Number, ""
	if number != "" {
		number = "no. " + number
	}
	if !c.ExpiresOn.IsZero() {
		end = "good through " + c.ExpiresOn.Human()
	}
	return kit.JoinDot(c.Kind.Label(), c.Issuer, c.State, number, end)
}

func period(r credential.Requirement) string { return r.From.Human() + " to " + r.To.Human() }

// dash is the stroke of the ring: its filled part out of 100.
func dash(p credential.Progress) string { return strconv.FormatInt(p.Percent(), 10) + " 100" }

func partText(p credential.PartProgress) string {
	if p.Short == 0 {
		return credential.Hours(p.Need) + " met"
	}
	return credential.Hours(p.Have) + " of " + credential.Hours(p.Need) + ", " + credential.Hours(p.Short) + " short"
}

func haveText(p credential.Progress) string {
	return credential.Hours(p.Have) + " of " + credential.Hours(p.Requirement.Minutes)
}

// host is the site of an address, to name the source by.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

func partName(i int, field string) string { return fmt.Sprintf("part.%d.%s", i, field) }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func firstLack(s credential.Standing) string {
	if len(s.Lacks) == 0 {
		return ""
	}
	return s.Lacks[0].Text
}

func moreLacks(s credential.Standing) string {
	if n := len(s.Lacks) - 1; n > 0 {
		return kit.Plural(n, "more thing", "more things")
	}
	return ""
}

func scanLabel(f credential.File) string {
	if f.ID.IsZero() {
		return "Scan of the certificate"
	}
	return "Replace the scan"
}

// ownURL is an address below the wallet for whoever it belongs to.
func ownURL(v walletView, path string) string {
	if !v.Own {
		return ""
	}
	return home + path
}

func addLink(v walletView, label, path string) kit.Link { return kit.To(label, ownURL(v, path)) }

func editLink(v walletView, p credential.Progress) kit.Link {
	return addLink(v, "Change", "/requirements/"+p.Requirement.ID.String())
}

// at is where a form is sent: to the record, or to new ones.
func at(path, record string) string {
	if record == "" {
		record = "new"
	}
	return home + path + record
}
