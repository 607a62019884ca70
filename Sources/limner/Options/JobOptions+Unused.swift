import Wire

extension JobOptions {
    /// Says which of these, as they were given, no painting looks at.
    ///
    /// - Parameters:
    ///   - paintings: the options of each, as resolved; none of one that failed.
    ///   - condition: under which that holds.
    func tellOfUnused(by paintings: [JobOptions], _ condition: String = "") {
        guard !paintings.isEmpty else { return }
        let flags = unused(by: paintings).filter { $0.places.contains(.commandLine) }.map { "--\($0.flag)" }
        guard !flags.isEmpty else { return }
        Terminal.say(
            "limner: \(condition)this painting does not look at \(flags.joined(separator: ", ")); --help says with what "
                + "they go")
    }
}
