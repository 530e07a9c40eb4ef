package authn

import "strings"

// browsers and systems by what their user agent contains; the first match
// counts, since most name their ancestors too.
var browsers = [][2]string{
	{"Edg/", "Edge"}, {"EdgA/", "Edge"}, {"EdgiOS/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"},
	{"FxiOS/", "Firefox"}, {"Firefox/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Chromium/", "Chromium"},
	{"Safari/", "Safari"}, {"curl/", "curl"},
}

var systems = [][2]string{
	{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"CrOS", "ChromeOS"}, {"Windows", "Windows"},
	{"Macintosh", "Mac"}, {"Linux", "Linux"},
}

// DescribeDevice puts a User-Agent header into words a person recognizes, such
// as "Safari on iPad". It never repeats the header's own text.
func DescribeDevice(userAgent string) string {
	pick := func(list [][2]string, otherwise string) string {
		for _, x := range list {
			if strings.Contains(userAgent, x[0]) {
				return x[1]
			}
		}
		return otherwise
	}
	browser, system := pick(browsers, ""), pick(systems, "")
	switch {
	case browser == "" && system == "":
		return "Unknown device"
	case browser == "":
		return "Browser on " + system
	case system == "":
		return browser
	}
	return browser + " on " + system
}
