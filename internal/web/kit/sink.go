package kit

import "soapstone/internal/web/form"

// SinkForms are forms in the states that the page of all components shows.
type SinkForms struct{ Empty, Filled, Wrong *form.Form }

var sinkRegions = []Option{
	{Value: "neck", Label: "Neck"},
	{Value: "shoulder", Label: "Shoulder"},
	{Value: "low-back", Label: "Low back", Hint: "Lumbar spine and sacroiliac joints"},
	{Value: "hip", Label: "Hip", Disabled: true},
}

var sinkTechniques = []Option{
	{Value: "mfr", Label: "Myofascial release"}, {Value: "tpr", Label: "Trigger point"},
	{Value: "pnf", Label: "PNF / MET"}, {Value: "swedish", Label: "Swedish"}, {Value: "mld", Label: "Lymphatic drainage"},
}

var sinkSince = []Option{{Value: "better", Label: "Better"}, {Value: "same", Label: "Same"}, {Value: "worse", Label: "Worse"}, {Value: "na", Label: "First visit", Disabled: true}}

// SinkForm makes the three states of the fields that begin with prefix: both
// themes are on one page, and an id may be there once only.
func SinkForm(prefix string) SinkForms {
	values := map[string]string{
		"last": "Okafor", "mail": "dana@example.org", "story": "Wakes at three with the right arm numb.\nWorse after a day at the desk.",
		"born": "1984-03-02", "start": "10:00", "rotation": "62", "fee": "65.00", "region": "neck", "side": "shoulder", "since": "better",
		"pain": "4", "pregnant": "no", "agree": "yes", "reason": "Patient asked for another day.",
	}
	filled := form.Empty()
	for name, v := range values {
		filled.Set(prefix+"v-"+name, v)
	}
	filled.Set(prefix+"ro", "1027").Set(prefix+"dis", "A-55-2091")
	filled.Set(prefix+"v-areas", "neck", "low-back").Set(prefix+"v-tech", "mfr", "pnf")
	wrong := form.FromValues(map[string]string{prefix + "x-born": "31 of June", prefix + "x-rotation": "6O", prefix + "x-mail": "dana@"})
	wrong.Text(prefix+"x-last", form.Required("Enter the patient's last name."))
	wrong.AddError(prefix+"x-mail", "Enter an e-mail address in full, such as name@example.org.")
	wrong.Date(prefix + "x-born")
	wrong.OptInt(prefix+"x-rotation", 0, 120)
	wrong.AddError(prefix+"x-region", "Choose the region treated.")
	wrong.AddError(prefix+"x-since", "Choose how it has been since the last visit.")
	wrong.AddError(prefix+"x-pain", "Choose a number from 0 to 10.")
	wrong.AddError(prefix+"x-pregnant", "Answer yes or no.")
	wrong.AddError(prefix+"x-scan", "Choose a PDF, PNG or JPEG file.")
	wrong.AddError(prefix+"x-agree", "Tick the box when the signature was seen.")
	wrong.AddError("", "Someone else changed this meanwhile. Reload and look before you save again.")
	return SinkForms{Empty: form.Empty(), Filled: filled, Wrong: wrong}
}
