/// The version of the whole project; daemon, worker and CLI are built together.
package enum LimnerVersion {
    package static let text = "0.1.0"
}
