@main struct Ottla { static func main() {} }
