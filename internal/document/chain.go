package document

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"strconv"

	"soapstone/internal/db"
	"soapstone/internal/document/q"
	"soapstone/internal/id"
)

// The first field of what is hashed. Another layout gets another name, and old
// documents keep theirs.
const (
	chainLayout   = "soapstone document 1"
	genesisLayout = "soapstone document chain 1"
)

// genesis is what the first document of a patient names as its predecessor:
// a chain cannot be moved to another patient or practice.
func genesis(p id.Practice, pat id.Patient) string {
	h := sha256.New()
	part(h, genesisLayout)
	part(h, p.String())
	part(h, pat.String())
	return hex.EncodeToString(h.Sum(nil))
}

// sum covers every column but the hash itself and the MAC. Each field is
// preceded by its length in bytes (8, big-endian), so that no two documents
// give the same text; ids, dates and instants are in their canonical form.
func sum(r q.Document) string {
	h := sha256.New()
	for _, f := range []string{
		chainLayout, r.PracticeID.String(), r.DocumentID.String(), r.PatientID.String(), strconv.FormatInt(r.Seq, 10),
		r.Kind, r.Title, r.Subject, r.RefersDocumentID.String(), r.ServiceDate.String(), r.Format, r.Body,
		r.SignedBy.String(), r.SignerName, r.SignerCredential, r.SignerLicense, instant(r.SignedAt), r.Previous,
	} {
		part(h, f)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (s *Store) mac(r q.Document) string {
	m := s.key.MAC([]byte(chainLayout), []byte(r.Hash))
	return hex.EncodeToString(m[:])
}

func part(h hash.Hash, s string) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(s)))
	h.Write(n[:])
	h.Write([]byte(s))
}

func instant(t db.Time) string {
	v, _ := t.Value()
	s, _ := v.(string)
	return s
}
