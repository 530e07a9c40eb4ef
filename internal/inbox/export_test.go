package inbox

// What tests look at from outside.
var (
	DatesIn   = datesIn
	NumbersIn = numbersIn
	Hint      = hint
)
