import Toolkit

@main struct Ottla {
    static func main() {
        Front(arguments: CommandLine.arguments).runAndExit()
    }
}
