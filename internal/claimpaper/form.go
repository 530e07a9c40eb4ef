package claimpaper

// The form as it is drawn: measures in inches across, lines of the grid down.
// Positions were read off the official form, captions are our own.

// Edges of the form's three columns, and of items 15 and 17a.
const (
	xLeft   = 0.28
	xMiddle = 3.15
	xRight2 = 5.17 // the third column begins
	xRight  = 8.20
	x15     = 2.97
)

// rules run across, below a line.
var rules = []struct {
	below  int
	x1, x2 float64
	heavy  bool
}{
	{8, xLeft, xRight, true},
	{10, xLeft, xRight, false}, {12, xLeft, xRight, false}, {14, xLeft, xRight, false},
	{16, xLeft, xMiddle, false}, {16, xRight2, xRight, false}, {18, xLeft, xRight, false},
	{20, xLeft, xMiddle, false}, {20, xRight2, xRight, false},
	{22, xLeft, xMiddle, false}, {22, xRight2, xRight, false},
	{24, xLeft, xMiddle, false}, {24, xRight2, xRight, false},
	{26, xLeft, xRight, false}, {28, xLeft, xRight, false},
	{32, xLeft, xRight, true},
	{34, xLeft, xRight, false}, {36, xLeft, xRight, false}, {38, xLeft, xRight, false},
	{40, xRight2, xRight, false}, {42, xLeft, xRight, false}, {44, xLeft, xRight, false},
	{46, xLeft, xRight, false}, {48, xLeft, xRight, false}, {50, xLeft, xRight, false},
	{52, xLeft, xRight, false}, {54, xLeft, xRight, false}, {56, xLeft, xRight, false},
	{58, xLeft, xRight, false}, {62, 2.47, xRight, false}, {63, xLeft, xRight, true},
}

// walls run down, from below a line to below another.
var walls = []struct {
	x         float64
	below, to int
}{
	{xLeft, 8, 63}, {xRight2, 8, 63}, {xRight, 8, 63}, {xMiddle, 10, 28},
	{2.79, 14, 16}, {1.59, 16, 18}, {7.56, 14, 16}, {6.477, 16, 18},
	{x15, 32, 36}, {3.2, 34, 36}, {3.417, 34, 36},
	{6.347, 37, 38}, {7.317, 37, 38},
	{2.057, 42, 44}, {2.377, 42, 44}, {2.68, 42, 44}, {4.673, 42, 44}, {6.077, 42, 44}, {6.477, 42, 44},
	{6.687, 42, 56}, {6.98, 42, 56},
	{2.47, 56, 63}, {3.94, 56, 58}, {6.31, 56, 58}, {7.267, 56, 58},
	{3.63, 62, 63}, {6.343, 62, 63},
}

// ticks are broken walls, one line high.
var ticks = []struct {
	x    float64
	line int
}{
	{3.56, 12}, {3.865, 12}, {5.765, 22}, {6.065, 22}, {5.427, 24},
	{0.657, 34}, {0.953, 34}, {1.76, 34}, {3.257, 34}, {3.62, 34}, {4.16, 34}, {4.46, 34},
	{5.853, 34}, {6.16, 34}, {7.26, 34}, {7.56, 34},
	{0.56, 36}, {5.853, 36}, {6.16, 36}, {7.26, 36}, {7.56, 36},
	{4.385, 39}, {4.525, 39}, {6.337, 40},
	{6.005, 58}, {7.005, 58}, {7.93, 58},
}

// serviceWalls and serviceTicks part the lower half of a line of item 24.
var (
	serviceWalls = []float64{1.157, 2.057, 2.377, 2.68, 3.41, 4.673, 6.077, 6.477}
	serviceTicks = []float64{0.557, 0.85, 1.457, 1.76, 3.757, 4.06, 4.36, 5.805}
)

// tints are shaded, one line high.
var tints = []struct {
	line   int
	x1, x2 float64
}{
	{35, x15, xRight2},
	{45, xLeft, xRight}, {47, xLeft, xRight}, {49, xLeft, xRight},
	{51, xLeft, xRight}, {53, xLeft, xRight}, {55, xLeft, xRight},
	{63, 3.63, xRight2}, {63, 6.343, xRight},
}

// captions stand below the rule under a line.
var captions = []struct {
	x     float64
	below int
	text  string
}{
	{0.31, 8, "1  Medicare"}, {0.98, 8, "Medicaid"}, {1.66, 8, "TRICARE"}, {2.56, 8, "CHAMPVA"},
	{3.26, 8, "Group plan"}, {4.06, 8, "FECA"}, {4.66, 8, "Other"}, {5.20, 8, "1a  Insured's ID"},
	{0.31, 10, "2  Patient: last name, first name, initial"}, {3.18, 10, "3  Born"}, {4.4, 10, "Sex"},
	{5.20, 10, "4  Insured: last name, first name, initial"},
	{0.31, 12, "5  Patient's street"}, {3.18, 12, "6  Patient is the insured's"}, {5.20, 12, "7  Insured's street"},
	{0.31, 14, "City"}, {2.82, 14, "State"}, {3.18, 14, "8  Reserved"}, {5.20, 14, "City"}, {7.59, 14, "State"},
	{0.31, 16, "ZIP"}, {1.62, 16, "Phone"}, {5.20, 16, "ZIP"}, {6.51, 16, "Phone"},
	{0.31, 18, "9  Other insured"}, {3.18, 18, "10  Condition related to"}, {5.20, 18, "11  Group number"},
	{0.31, 20, "9a  Other policy or group"}, {3.18, 20, "10a  Employment"}, {5.20, 20, "11a  Insured born"}, {7.0, 20, "Sex"},
	{0.31, 22, "9b  Reserved"}, {3.18, 22, "10b  Auto accident"}, {4.65, 22, "State"}, {5.20, 22, "11b  Other claim ID"},
	{0.31, 24, "9c  Reserved"}, {3.18, 24, "10c  Other accident"}, {5.20, 24, "11c  Plan"},
	{0.31, 26, "9d  Other plan"}, {3.18, 26, "10d  Claim codes"}, {5.20, 26, "11d  Another health plan"},
	{0.31, 28, "12  Patient or representative: release of information"}, {5.20, 28, "13  Insured or representative: payment to the provider"},
	{0.31, 32, "14  Illness or injury began"}, {3.0, 32, "15  Other date"}, {5.20, 32, "16  Unable to work from, to"},
	{0.31, 34, "17  Referred by"}, {5.20, 34, "18  In hospital from, to"},
	{0.31, 36, "19  Additional information"}, {5.20, 36, "20  Outside laboratory"}, {6.4, 36, "Charges"},
	{0.31, 38, "21  Diagnoses"}, {5.20, 38, "22  Resubmission"}, {6.38, 38, "Payer's earlier number"},
	{5.20, 40, "23  Authorization or referral number"},
	{0.31, 42, "24A  Date from"}, {1.19, 42, "Date to"}, {2.08, 42, "24B"}, {2.40, 42, "24C"}, {2.71, 42, "24D  Procedure and modifiers"},
	{4.70, 42, "24E"}, {5.20, 42, "24F"}, {6.10, 42, "24G"}, {6.49, 42, "24H"}, {6.71, 42, "24I"}, {7.01, 42, "24J"},
	{0.31, 43, "MM   DD   YY"}, {1.19, 43, "MM   DD   YY"}, {2.08, 43, "Place"}, {2.40, 43, "EMG"},
	{4.70, 43, "Diagnosis"}, {5.20, 43, "Charge"}, {6.10, 43, "Units"}, {6.71, 43, "Kind"}, {7.01, 43, "Therapist"},
	{0.31, 56, "25  Tax ID"}, {1.87, 56, "SSN"}, {2.08, 56, "EIN"}, {2.50, 56, "26  Claim number"}, {3.97, 56, "27  Assignment accepted"},
	{5.20, 56, "28  Total charge"}, {6.34, 56, "29  Paid"}, {7.30, 56, "30  Reserved"},
	{0.31, 58, "31  Therapist's signature"}, {2.50, 58, "32  Where the care was given"}, {5.20, 58, "33  Billed by"},
}

// words stand beside boxes and fields, on their line.
var words = []struct {
	x    float64
	line int
	text string
}{
	{4.315, 12, "M"}, {4.81, 12, "F"}, {6.88, 22, "M"}, {7.59, 22, "F"},
	{3.30, 14, "Self"}, {3.71, 14, "Spouse"}, {4.18, 14, "Child"}, {4.62, 14, "Other"},
	{3.85, 22, "Yes"}, {4.45, 22, "No"}, {3.85, 24, "Yes"}, {4.45, 24, "No"}, {3.85, 26, "Yes"}, {4.45, 26, "No"},
	{5.55, 28, "Yes"}, {6.05, 28, "No"}, {5.55, 38, "Yes"}, {6.05, 38, "No"}, {4.15, 58, "Yes"}, {4.65, 58, "No"},
	{3.00, 35, "17a"}, {3.00, 36, "17b"}, {3.22, 36, "NPI"}, {4.05, 39, "ICD"},
	{1.63, 18, "("}, {2.03, 18, ")"}, {6.63, 18, "("}, {7.03, 18, ")"}, {6.73, 59, "("}, {7.13, 59, ")"},
	{0.36, 31, "Signed"}, {5.25, 31, "Signed"}, {5.21, 58, "$"}, {6.34, 58, "$"},
	{1.56, 34, "Kind"}, {3.00, 34, "Kind"}, {0.36, 63, "Date"},
	{3.55, 63, "a"}, {3.66, 63, "b"}, {6.26, 63, "a"}, {6.38, 63, "b"},
}
