import Wire

/// The losses of a stylization as comma-separated values, for a plot.
enum LossTrace {
    static let header = "iteration,total,content,style,tv"

    /// One line an entry under ``header``; numbers are the shortest that read back as the same value.
    static func csv(_ losses: [StyleLosses]) -> String {
        let lines = losses.map { "\($0.iteration),\($0.total),\($0.content),\($0.style),\($0.tv)" }
        return ([header] + lines).map { $0 + "\n" }.joined()
    }
}
