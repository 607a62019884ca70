import ArgumentParser
import Parsing
import Wire

extension JobKind: ExpressibleByArgument {}
extension JobState: ExpressibleByArgument {}
extension PictureFormat: ExpressibleByArgument {}

extension JobIdentifier: ExpressibleByArgument {
    /// - Parameter argument: the job's name, or a path that ends with it, such as a folder of the outbox.
    package init?(argument: String) {
        let name = argument.split(separator: "/").last.map(String.init) ?? argument
        self.init(name)
    }
}
