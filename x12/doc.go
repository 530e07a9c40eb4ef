// Package x12 reads and writes ASC X12 interchanges, version 005010, and knows
// the professional claim (837P, 005010X222A1) as Go structs.
//
// It decides how bytes become segments and back: delimiters are taken from each
// ISA segment, control numbers come from the caller, counts and the tree of HL
// segments are computed, text is folded into the character set that every
// receiver accepts, and money is whole cents. It imports nothing of the program
// around it and keeps no state.
//
// It refuses rather than repairs. Text that cannot be folded into ASCII, a
// delimiter inside data, a value longer than its element and a missing
// mandatory field are errors that name the field; nothing is cut off or left
// out in silence. What a transaction holds beyond the structs is handed back by
// [Read837P] as unread segments.
//
//	rd := x12.NewReader(file)            // any transaction, segment by segment
//	err := x12.Write837P(out, ich, x12.Options{})
//	ichs, err := x12.Read837P(file)
//
// Whether a file is also right, that is, follows the implementation guide and
// adds up, is asked of package check.
//
// Coordination of benefits (loops 2320, 2330 and 2430) is not part of the
// structs: a claim to a second payer cannot be written yet, and when one is
// read those segments are unread.
package x12
