// Package check tells what is wrong with an X12 file before a payer does.
//
// It decides three things in one pass: whether the envelopes and counts agree,
// whether each transaction follows the structure of its guide, and whether what
// it says adds up. The professional claim (005010X222A1) is checked closely;
// remittance (835), claim acknowledgment (277CA), eligibility answer (271) and
// syntax acknowledgment (999) for envelopes, elements, known segments and, in
// the remittance, for balance.
//
// Structure and tables of codes are data under guides, in our own words: no
// text of an implementation guide or of a code list is in here. A finding says
// where it is, what is wrong and what to do; its code is stable, so that a
// caller may act on it. Findings quote nothing of the file but the number of the
// claim (CLM01 or CLP01), so that they may be logged.
//
// It refuses to guess. A claim is never repaired, an unknown transaction is a
// warning and not an approval, and whether a payer pays is not asked.
package check
