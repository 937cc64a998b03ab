extension FixedWidthInteger {
    /// A number as Java's `Long.parseLong` and its like read it: a sign if there is one, then decimal digits of any script, as long as they are single
    /// UTF-16 units. No blanks.
    public init?(java text: some StringProtocol) {
        if let value = Self(text) {
            self = value
            return
        }
        var digits = ""
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                digits.unicodeScalars.append(scalar)
            } else if scalar.value <= 0xFFFF, scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue {
                digits.append("\(Int(value))")
            } else {
                return nil
            }
        }
        self.init(digits)
    }
}
