import Foundation
import Testing

@testable import Host

@Suite struct RunningProcessTests {
    @Test func aProcessOfThisUserIsFoundWithItsWordsAndDirectory() throws {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/bin/sleep")
        child.arguments = ["300.25"]
        child.currentDirectoryURL = URL(fileURLWithPath: "/usr")
        try child.run()
        defer { child.terminate() }
        let found = try #require(RunningProcess.all().first { $0.id == child.processIdentifier })
        #expect(found.arguments == ["/bin/sleep", "300.25"] && found.workingDirectory == "/usr" && !found.runsThisProgram)
        // A child has the signals blocked that the thread has which starts it; this one nobody can block.
        let kill = try #require(Signal.number(named: "KILL"))
        try found.send(kill)
        child.waitUntilExit()
        #expect(child.terminationReason == .uncaughtSignal && child.terminationStatus == kill)
        #expect(throws: SystemError.self) { try found.send(kill) }
    }

    @Test func theCallerItselfIsLeftOut() { #expect(!RunningProcess.all().contains { $0.id == getpid() }) }

    @Test(arguments: [("TERM", 15), ("SIGKILL", 9), ("int", 2), ("15", 15), ("0", nil), ("FOO", nil), ("99", nil)] as [(String, Int32?)])
    func signalsHaveNamesAndNumbers(_ text: String, _ number: Int32?) { #expect(Signal.number(named: text) == number) }
}
