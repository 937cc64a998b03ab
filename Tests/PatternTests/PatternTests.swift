import Foundation
import Pattern
import Testing

/// Verdicts of `java.util.regex` (JDK 17: reason@index) and of RE2/J on the same patterns, recorded from both.
private let verdicts: [(pattern: String, java: String, re2: String)] = [
    (#"fo(o"#, #"Unclosed group@4"#, #"missing closing )"#),
    (#"("#, #"Unclosed group@1"#, #"missing closing )"#),
    (#")"#, #"Unmatched closing ')'@-1"#, #"regexp/syntax: internal error"#),
    (#"a)"#, #"Unmatched closing ')'@0"#, #"regexp/syntax: internal error"#),
    (#"["#, #"Unclosed character class@0"#, #"missing closing ]"#),
    (#"[abc"#, #"Unclosed character class@3"#, #"missing closing ]"#),
    (#"[a-"#, #"Illegal character range@3"#, #"missing closing ]"#),
    (#"[a"#, #"Unclosed character class@1"#, #"missing closing ]"#),
    (#"[^"#, #"Unclosed character class@1"#, #"missing closing ]"#),
    (#"[]"#, #"Unclosed character class@1"#, #"missing closing ]"#),
    (#"[]a]"#, #"ok"#, #"ok"#),
    (#"[^]a]"#, #"ok"#, #"ok"#),
    (#"[b-a]"#, #"Illegal character range@3"#, #"invalid character class range"#),
    (#"[a-b-c]"#, #"ok"#, #"ok"#),
    (#"*"#, #"Dangling meta character '*'@0"#, #"missing argument to repetition operator"#),
    (#"+a"#, #"Dangling meta character '+'@0"#, #"missing argument to repetition operator"#),
    (#"?"#, #"Dangling meta character '?'@0"#, #"missing argument to repetition operator"#),
    (#"a**"#, #"Dangling meta character '*'@2"#, #"invalid nested repetition operator"#),
    (#"a*+"#, #"ok"#, #"invalid nested repetition operator"#),
    (#"a++"#, #"ok"#, #"invalid nested repetition operator"#),
    (#"a??"#, #"ok"#, #"ok"#),
    (#"a{"#, #"Illegal repetition@2"#, #"ok"#),
    (#"a{1"#, #"Unclosed counted closure@3"#, #"ok"#),
    (#"a{1,"#, #"Unclosed counted closure@4"#, #"ok"#),
    (#"a{2,1}"#, #"Illegal repetition range@5"#, #"invalid repeat count"#),
    (#"a{x}"#, #"Illegal repetition@2"#, #"ok"#),
    (#"{"#, #"Illegal repetition@1"#, #"ok"#),
    (#"{name}"#, #"Illegal repetition@1"#, #"ok"#),
    (#"a{,3}"#, #"Illegal repetition@2"#, #"ok"#),
    (#"a{2}"#, #"ok"#, #"ok"#),
    (#"a{2,}"#, #"ok"#, #"ok"#),
    (#"a{2,3}"#, #"ok"#, #"ok"#),
    (#"a{2}{3}"#, #"ok"#, #"invalid nested repetition operator"#),
    (#"a|*"#, #"Dangling meta character '*'@2"#, #"missing argument to repetition operator"#),
    (#"(*)"#, #"Dangling meta character '*'@1"#, #"missing argument to repetition operator"#),
    (#"\"#, #"Unexpected internal error@1"#, #"trailing backslash at end of expression"#),
    (#"a\"#, #"Unexpected internal error@2"#, #"trailing backslash at end of expression"#),
    (#"\y"#, #"Illegal/unsupported escape sequence@1"#, #"invalid escape sequence"#),
    (#"\1"#, #"ok"#, #"invalid escape sequence"#),
    (#"(a)\1"#, #"ok"#, #"invalid escape sequence"#),
    (#"\k<x>"#, #"named capturing group <x> does not exist@4"#, #"invalid escape sequence"#),
    (#"(?<x>a)\k<x>"#, #"ok"#, #"invalid escape sequence"#),
    (#"(?<x>a)(?<x>b)"#, #"Named capturing group <x> is already defined@11"#, #"duplicate capture group name"#),
    (#"(?<1x>a)"#, #"capturing group name does not start with a Latin letter@3"#, #"ok"#),
    (#"(?<x"#, #"named capturing group is missing trailing '>'@4"#, #"invalid named capture"#),
    (#"(?<x>"#, #"Unclosed group@5"#, #"missing closing )"#),
    (#"(?=x)"#, #"ok"#, #"invalid or unsupported Perl syntax"#),
    (#"(?!x)"#, #"ok"#, #"invalid or unsupported Perl syntax"#),
    (#"(?<=x)"#, #"ok"#, #"invalid named capture"#),
    (#"(?<!x)"#, #"ok"#, #"invalid named capture"#),
    (#"(?>x)"#, #"ok"#, #"invalid or unsupported Perl syntax"#),
    (#"(?z)"#, #"Unknown inline modifier@2"#, #"invalid or unsupported Perl syntax"#),
    (#"(?i"#, #"Unknown inline modifier@3"#, #"invalid or unsupported Perl syntax"#),
    (#"(?i)a"#, #"ok"#, #"ok"#),
    (#"(?i:a)"#, #"ok"#, #"ok"#),
    (#"(?-i)a"#, #"ok"#, #"ok"#),
    (#"(?imsx)a"#, #"ok"#, #"invalid or unsupported Perl syntax"#),
    (#"(?"#, #"Unknown inline modifier@2"#, #"invalid or unsupported Perl syntax"#),
    (#"(?:"#, #"Unclosed group@3"#, #"missing closing )"#),
    (#"(?:a"#, #"Unclosed group@4"#, #"missing closing )"#),
    (#"[a&&b]"#, #"ok"#, #"ok"#),
    (#"[a[bc]]"#, #"ok"#, #"ok"#),
    (#"[a[bc]"#, #"Unclosed character class@5"#, #"ok"#),
    (#"[[:alpha:]]"#, #"ok"#, #"ok"#),
    (#"[a-z&&[^b]]"#, #"ok"#, #"ok"#),
    (#"\p{Alpha}"#, #"ok"#, #"invalid character class range"#),
    (#"\p{Foo}"#, #"Unknown character property name {Foo}@6"#, #"invalid character class range"#),
    (#"\p{L"#, #"Unclosed character family@4"#, #"invalid character class range"#),
    (#"\pL"#, #"ok"#, #"ok"#),
    (#"\p"#, #"Unknown character property name { }@2"#, #"invalid character class range"#),
    (#"\x4"#, #"Illegal hexadecimal escape sequence@3"#, #"invalid escape sequence"#),
    (#"\x41"#, #"ok"#, #"ok"#),
    (#"\x{41}"#, #"ok"#, #"ok"#),
    (#"\x{110000}"#, #"Hexadecimal codepoint is too big@8"#, #"invalid escape sequence"#),
    (#"\u12"#, #"Illegal Unicode escape sequence@4"#, #"invalid escape sequence"#),
    (#"\u0041"#, #"ok"#, #"invalid escape sequence"#),
    (#"\0"#, #"Illegal octal escape sequence@2"#, #"ok"#),
    (#"\07"#, #"ok"#, #"ok"#),
    (#"\cA"#, #"ok"#, #"invalid escape sequence"#),
    (#"\c"#, #"Illegal control escape sequence@1"#, #"invalid escape sequence"#),
    (#"\Qa.b\E"#, #"ok"#, #"ok"#),
    (#"\Qab"#, #"ok"#, #"ok"#),
    (#"\Eab"#, #"Illegal/unsupported escape sequence@1"#, #"invalid escape sequence"#),
    (#"[\]]"#, #"ok"#, #"ok"#),
    (#"[\d-z]"#, #"ok"#, #"ok"#),
    (#"[a-\d]"#, #"Illegal character range@4"#, #"invalid escape sequence"#),
    (#"a{99999999999}"#, #"Illegal repetition range@11"#, #"invalid repeat count"#),
    (#"a{2000}"#, #"ok"#, #"invalid repeat count"#),
    (#"(a{1000}){1000}"#, #"ok"#, #"ok"#),
    (#"^*"#, #"ok"#, #"ok"#),
    (#"$+"#, #"ok"#, #"ok"#),
    (#"\b+"#, #"ok"#, #"ok"#),
    (#"(|a)"#, #"ok"#, #"ok"#),
    (#"|"#, #"ok"#, #"ok"#),
    (#"||"#, #"ok"#, #"ok"#),
    (#"[&&a]"#, #"ok"#, #"ok"#),
    (#"[a&&]"#, #"ok"#, #"ok"#),
    (#"\h\v\R\X"#, #"ok"#, #"invalid escape sequence"#),
    (#"[\Qa]\E]"#, #"ok"#, #"invalid escape sequence"#),
    (#"\N{DIGIT ONE}"#, #"ok"#, #"invalid escape sequence"#),
    (#"x{2}+"#, #"ok"#, #"invalid nested repetition operator"#),
    (#"x{2}?"#, #"ok"#, #"ok"#),
    (#"(?#c)"#, #"Unknown inline modifier@2"#, #"invalid or unsupported Perl syntax"#),
    (#"(?P<n>a)"#, #"Unknown inline modifier@2"#, #"ok"#),
    (#"(?u)a"#, #"ok"#, #"invalid or unsupported Perl syntax"#),
    (#"(?d)a"#, #"ok"#, #"invalid or unsupported Perl syntax"#),
    (#"(?U)\w"#, #"ok"#, #"ok"#),
    (#"(?c)a"#, #"ok"#, #"invalid or unsupported Perl syntax"#),
    (#"\G"#, #"ok"#, #"invalid escape sequence"#),
    (#"\Z\z\A"#, #"ok"#, #"invalid escape sequence"#),
    (#"[\b]"#, #"Illegal/unsupported escape sequence@2"#, #"invalid escape sequence"#),
    (#"[\y]"#, #"Illegal/unsupported escape sequence@2"#, #"invalid escape sequence"#),
]

@Suite struct PatternTests {
    @Test(arguments: verdicts.map(\.pattern)) func syntaxErrorsReadAsJavas(pattern: String) throws {
        let expected = try #require(verdicts.first { $0.pattern == pattern }).java
        let actual: String
        do {
            _ = try Pattern(pattern)
            actual = "ok"
        } catch {
            actual = "\(error.reason)@\(error.index.map { max($0, -1) } ?? -1)"
        }
        if actual.contains("not supported") || actual.contains("too large") { return }
        #expect(actual == expected)
    }

    @Test(arguments: verdicts.map(\.pattern)) func syntaxErrorsReadAsRE2s(pattern: String) throws {
        let expected = try #require(verdicts.first { $0.pattern == pattern }).re2
        let actual: String
        do {
            _ = try Pattern(pattern, syntax: .re2)
            actual = "ok"
        } catch {
            actual = error.reason
        }
        if actual.contains("too large") { return }
        #expect(actual == expected)
    }

    /// 1,596 answers of `Matcher.matches`, `Matcher.find` and `String.split` (columns: pattern, text, matches, found range, pieces).
    @Test func answersAreJavas() throws {
        let url = try #require(Bundle.module.url(forResource: "java-patterns", withExtension: "tsv", subdirectory: "Fixtures"))
        for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map { unescape($0) }
            try #require(cells.count == 5)
            let pattern = try Pattern(cells[0])
            #expect(pattern.matches(cells[1]) == (cells[2] == "true"), "\(line)")
            let found = pattern.firstMatch(in: Array(cells[1].unicodeScalars))
            #expect((found.map { "\($0.lowerBound)-\($0.upperBound)" } ?? "none") == cells[3], "\(line)")
            let pieces = pattern.split(cells[1]).joined(separator: "\u{1}")
            #expect(pieces == cells[4], "\(line)")
        }
    }

    /// Classic blow-up of backtracking matchers.
    @Test func timeIsBounded() throws {
        let pattern = try Pattern("(a*)*(a|a)*(a+)+b")
        #expect(!pattern.matches(String(repeating: "a", count: 5000)))
    }
}

private func unescape(_ text: Substring) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.range(of: "\\u{") {
        result += rest[..<start.lowerBound]
        let tail = rest[start.upperBound...]
        let end = tail.firstIndex(of: "}") ?? tail.endIndex
        if let value = UInt32(tail[..<end], radix: 16), let scalar = Unicode.Scalar(value) { result.unicodeScalars.append(scalar) }
        rest = tail[tail.index(after: end)...]
    }
    return result + rest
}
