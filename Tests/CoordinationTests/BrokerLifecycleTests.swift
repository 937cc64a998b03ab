import KafkaProtocol
import Testing

@testable import Coordination

@Suite struct BrokerLifecycleTests {
    @Test func aBrokerLivesFromRegistrationToItsControlledEnd() throws {
        var scene = LifecycleScene()
        #expect(scene.lifecycle.next(scene.now) == nil && scene.lifecycle.wakeAt == nil)
        scene.lifecycle.start(scene.now)
        let registration = try scene.registration()
        #expect(registration.previousBrokerEpoch == 41 && registration.brokerId == 3 && registration.clusterId == "cluster" && registration.rack == "r1")
        #expect(scene.lifecycle.next(scene.now) == nil, "one request under way")
        scene.answerRegistration(epoch: 50)
        #expect(scene.lifecycle.takeEvents() == [.entered(.starting), .registered(epoch: 50)])

        // Not caught up: every 10 ms, with what has been applied, and silent about cordoned directories.
        scene.lifecycle.metadataApplied(upTo: 49, LifecycleScene.image(), scene.now)
        var heartbeat = try scene.heartbeat()
        #expect(heartbeat.brokerEpoch == 50 && heartbeat.currentMetadataOffset == 49 && heartbeat.wantFence && !heartbeat.wantShutDown)
        #expect(heartbeat.cordonedLogDirs == nil)
        scene.answerHeartbeat(caughtUp: false, fenced: true)
        #expect(try scene.wake() == 10)
        scene.lifecycle.metadataApplied(upTo: 50, LifecycleScene.image(registered: LifecycleScene.directories), scene.now)
        heartbeat = try scene.heartbeat()
        #expect(heartbeat.currentMetadataOffset == 50)
        scene.answerHeartbeat(caughtUp: true, fenced: true)
        #expect(scene.lifecycle.takeEvents() == [.entered(.recovery)])

        // In recovery it names its cordoned directories and waits to be ready.
        #expect(try scene.wake() == 10)
        heartbeat = try scene.heartbeat()
        #expect(heartbeat.wantFence && heartbeat.cordonedLogDirs == [])
        scene.answerHeartbeat(fenced: true)
        #expect(scene.lifecycle.wakeAt == scene.now + 2000)
        scene.now += 700
        scene.lifecycle.ready(scene.now)
        heartbeat = try scene.heartbeat()
        #expect(!heartbeat.wantFence)
        scene.answerHeartbeat(fenced: false)
        #expect(scene.lifecycle.takeEvents() == [.unfenced, .entered(.running)])
        #expect(try scene.wake() == 2000)
        _ = try scene.heartbeat()
        scene.answerHeartbeat()

        scene.lifecycle.stop(scene.now)
        heartbeat = try scene.heartbeat()
        #expect(heartbeat.wantShutDown && !heartbeat.wantFence)
        scene.answerHeartbeat()
        #expect(try scene.wake() == 50)
        _ = try scene.heartbeat()
        scene.answerHeartbeat()
        #expect(try scene.wake() == 2000)
        _ = try scene.heartbeat()
        scene.answerHeartbeat(fenced: true, shutDown: true)
        #expect(scene.lifecycle.takeEvents() == [.entered(.pendingControlledShutdown), .entered(.shuttingDown)])
        #expect(scene.lifecycle.wakeAt == nil && scene.lifecycle.next(scene.now) == nil && scene.lifecycle.failure == nil)
    }

    @Test func whatIsAnnouncedHasAFixedOrder() throws {
        let request = LifecycleScene().lifecycle.announcement.request
        #expect(request.logDirs == LifecycleScene.directories.sorted() && request.logDirs != LifecycleScene.directories)
        #expect(request.features.map(\.name) == FeatureName.supported.keys.sorted())
        let levels = request.features.first { $0.name == FeatureName.metadataVersion }
        #expect(levels?.minSupportedVersion == 7 && levels?.maxSupportedVersion == 30)
        #expect(!request.features.contains { $0.name == FeatureName.share || $0.name == FeatureName.streams })
        #expect(request.listeners.map(\.name) == ["PLAINTEXT"] && request.listeners.map(\.securityProtocol) == [0])
        #expect(LifecycleScene(previousEpoch: nil).lifecycle.announcement.request.previousBrokerEpoch == -1)
    }

    @Test func anotherBrokerWithTheIdIsWaitedFor() throws {
        var scene = LifecycleScene()
        scene.lifecycle.start(scene.now)
        let first = try scene.registration()
        scene.answerRegistration(.duplicateBrokerRegistration)
        #expect(scene.warnings().count == 1)
        #expect(try scene.wake() == 2000)
        let second = try scene.registration()
        #expect(second.incarnationId == first.incarnationId)
        scene.answerRegistration(.duplicateBrokerRegistration)
        #expect(scene.warnings().isEmpty, "told once")
        try scene.wake()
        _ = try scene.registration()
        scene.answerRegistration(epoch: 70)
        #expect(scene.lifecycle.epoch == 70)
        _ = try scene.heartbeat()
    }

    @Test func aBrokerThatIsNotRegisteredInTimeStopsAndSaysWhy() throws {
        var scene = LifecycleScene()
        let start = scene.now
        scene.lifecycle.start(scene.now)
        while scene.lifecycle.state == .starting {
            if scene.lifecycle.next(scene.now) != nil { scene.answerRegistration(.clusterAuthorizationFailed) }
            if scene.lifecycle.state == .starting { try scene.wake() }
        }
        #expect(scene.now == start + 60_000)
        let failure = try #require(scene.lifecycle.failure)
        #expect(failure.contains("60000 ms") && failure.contains("CLUSTER_ACTION"))
        #expect(scene.lifecycle.state == .shuttingDown)
    }

    @Test func aMissingControllerIsLookedForWithGrowingPauses() throws {
        var scene = LifecycleScene()
        scene.lifecycle.start(scene.now)
        var pauses: [Int64] = []
        for _ in 0..<7 {
            _ = try scene.registration()
            scene.lifecycle.failed("connection refused", scene.now)
            pauses.append(try scene.wake())
        }
        #expect(pauses == [100, 200, 400, 800, 1600, 2000, 2000])
        #expect(scene.warnings() == ["connection refused"])
        _ = try scene.registration()
        scene.lifecycle.failed("connection refused", scene.now)
        scene.lifecycle.controllerChanged(scene.now)
        _ = try scene.registration()
        scene.answerRegistration(.notController)
        #expect(scene.lifecycle.takeEvents() == [.controllerIsElsewhere])
        #expect(try scene.wake() == 100)
    }

    @Test func aFencedBrokerAsksToBeUnfencedWithEachHeartbeat() throws {
        var scene = LifecycleScene()
        try scene.run()
        try scene.wake()
        _ = try scene.heartbeat()
        scene.answerHeartbeat(fenced: true)
        #expect(scene.lifecycle.takeEvents() == [.fenced] && scene.lifecycle.isFenced && scene.lifecycle.state == .running)
        #expect(try scene.wake() == 2000)
        #expect(try !scene.heartbeat().wantFence)
        scene.answerHeartbeat()
        #expect(scene.lifecycle.takeEvents() == [.unfenced])
    }

    @Test func aLostRegistrationIsRenewedUnderTheSameIncarnation() throws {
        var scene = LifecycleScene()
        try scene.run()
        try scene.wake()
        _ = try scene.heartbeat()
        scene.answerHeartbeat(.staleBrokerEpoch)
        let events = scene.lifecycle.takeEvents()
        #expect(events.contains(.registrationLost) && events.contains(.fenced) && events.count == 3)
        #expect(try scene.wake() == 2000)
        #expect(try scene.registration().incarnationId == Uuid(high: 5, low: 5))
        scene.answerRegistration(epoch: 90)
        #expect(scene.lifecycle.takeEvents() == [.registered(epoch: 90)])
        #expect(try scene.heartbeat().brokerEpoch == 90)
        scene.answerHeartbeat(caughtUp: false, fenced: true)
        #expect(scene.lifecycle.state == .running && scene.lifecycle.isFenced)
        try scene.wake()
        _ = try scene.heartbeat()
        scene.answerHeartbeat()
        #expect(scene.lifecycle.takeEvents() == [.unfenced])
    }

    @Test func aLongSilenceIsToldOnceAndTheBrokerGoesOn() throws {
        var scene = LifecycleScene()
        try scene.run()
        let heard = scene.now
        var told: [Int64] = []
        while scene.now < heard + 30_000 {
            try scene.wake()
            if scene.lifecycle.next(scene.now) != nil { scene.lifecycle.failed("timed out", scene.now) }
            if scene.warnings().contains(where: { $0.contains("9000 ms") && $0.contains("timed out") }) { told.append(scene.now - heard) }
        }
        #expect(told == [9000])
        #expect(scene.lifecycle.state == .running && scene.lifecycle.failure == nil)
        try scene.wake()
        _ = try scene.heartbeat()
        scene.answerHeartbeat()
        #expect(scene.lifecycle.wakeAt == scene.now + 2000)
    }

    @Test func whatIsUrgentWhileARequestIsUnderWayFollowsItsAnswer() throws {
        var scene = LifecycleScene()
        try scene.run()
        try scene.wake()
        _ = try scene.heartbeat()
        scene.lifecycle.stop(scene.now)
        #expect(scene.lifecycle.next(scene.now) == nil)
        scene.now += 5
        // This answer is to a heartbeat that did not ask for the end.
        scene.answerHeartbeat()
        #expect(try scene.heartbeat().wantShutDown)
        scene.lifecycle.registerAgain(scene.now)
        scene.answerHeartbeat(shutDown: true)
        #expect(scene.lifecycle.state == .shuttingDown)
    }

    @Test func nothingIsSentAtOnceAfterAFailure() throws {
        var scene = LifecycleScene()
        try scene.run()
        try scene.wake()
        _ = try scene.heartbeat()
        scene.lifecycle.directoryFailed(LifecycleScene.directories[0], scene.now)
        scene.answerHeartbeat(.requestTimedOut)
        #expect(try scene.wake() == 2000)
    }
}

// Directories, stops, and registrations that are sent again.
extension BrokerLifecycleTests {
    @Test func aFailedDirectoryIsToldAtOnceAndUntilTheEnd() throws {
        var scene = LifecycleScene()
        try scene.run()
        scene.lifecycle.directoryFailed(LifecycleScene.directories[0], scene.now)
        #expect(try scene.heartbeat().offlineLogDirs == [LifecycleScene.directories[0]])
        // One that fails meanwhile is not what this answer speaks of.
        scene.lifecycle.directoryFailed(LifecycleScene.directories[1], scene.now)
        scene.answerHeartbeat()
        #expect(scene.lifecycle.offlineDirectories[LifecycleScene.directories[0]]?.isKnown == true)
        #expect(scene.lifecycle.offlineDirectories[LifecycleScene.directories[1]]?.isKnown == false)
        #expect(try scene.heartbeat().offlineLogDirs == LifecycleScene.directories.sorted())
        scene.answerHeartbeat()
        scene.now += 60_000
        #expect(try scene.heartbeat().offlineLogDirs.count == 2)
        #expect(scene.lifecycle.state == .running)
    }

    @Test func aBrokerWhoseFailedDirectoryCannotBeToldLeaves() throws {
        var scene = LifecycleScene()
        try scene.run()
        scene.lifecycle.directoryFailed(LifecycleScene.directories[0], scene.now)
        let failed = scene.now
        while scene.lifecycle.state == .running {
            if scene.lifecycle.next(scene.now) != nil { scene.lifecycle.failed("no route", scene.now) }
            if scene.lifecycle.state == .running { try scene.wake() }
        }
        #expect(scene.now == failed + 30_000 && scene.lifecycle.state == .pendingControlledShutdown)
        #expect(scene.lifecycle.failure?.contains("log.dir.failure.timeout.ms") == true)
    }

    @Test func cordonedDirectoriesAreNamedOnceTheClusterKnowsThem() throws {
        for version: Int16 in [29, 30] {
            var scene = LifecycleScene()
            try scene.run()
            scene.lifecycle.metadataApplied(upTo: 61, LifecycleScene.image(version: version), scene.now)
            try scene.wake()
            scene.lifecycle.directoriesCordoned(Set(LifecycleScene.directories), scene.now)
            #expect(try scene.heartbeat().cordonedLogDirs == (version < 30 ? nil : LifecycleScene.directories.sorted()))
        }
    }

    @Test func aRegistrationWithoutDirectoriesIsAmendedOnceTheClusterKnowsDirectories() throws {
        var scene = LifecycleScene()
        try scene.run()
        scene.lifecycle.metadataApplied(upTo: 61, LifecycleScene.image(version: 16, registered: []), scene.now)
        #expect(scene.lifecycle.next(scene.now) == nil, "an older cluster keeps none")
        scene.lifecycle.metadataApplied(upTo: 62, LifecycleScene.image(version: 17, registered: [], incarnation: .zero), scene.now)
        #expect(scene.lifecycle.next(scene.now) == nil, "not this one's registration")
        scene.lifecycle.metadataApplied(upTo: 63, LifecycleScene.image(version: 17, registered: []), scene.now)
        _ = try scene.registration()
        scene.lifecycle.metadataApplied(upTo: 64, LifecycleScene.image(version: 17, registered: []), scene.now)
        scene.answerRegistration(epoch: 50)
        #expect(scene.lifecycle.takeEvents() == [.registered(epoch: 50)] && !scene.lifecycle.isFenced)
        _ = try scene.heartbeat()
    }

    @Test func aStopWhileTheRegistrationIsAmendedHandsOverFirst() throws {
        var scene = LifecycleScene()
        try scene.run()
        scene.lifecycle.registerAgain(scene.now)
        scene.lifecycle.stop(scene.now)
        #expect(scene.lifecycle.state == .pendingControlledShutdown)
        #expect(try scene.heartbeat().wantShutDown)
    }

    @Test func aStopIsBoundedByATime() throws {
        var scene = LifecycleScene()
        try scene.run()
        let begun = scene.now
        scene.lifecycle.stop(scene.now)
        while scene.lifecycle.state == .pendingControlledShutdown {
            if scene.lifecycle.next(scene.now) != nil { scene.answerHeartbeat() }
            if scene.lifecycle.state == .pendingControlledShutdown { try scene.wake() }
        }
        #expect(scene.now == begun + 300_000 && scene.warnings().count == 1)
        #expect(scene.lifecycle.failure == nil)
    }

    @Test func aBrokerThatTheControllerTookOutMeanwhileIsDone() throws {
        var scene = LifecycleScene()
        try scene.run()
        scene.lifecycle.stop(scene.now)
        _ = try scene.heartbeat()
        scene.answerHeartbeat(.staleBrokerEpoch)
        #expect(scene.lifecycle.state == .shuttingDown && scene.lifecycle.failure == nil)
    }

    @Test func aStopBeforeTheBrokerRunsIsAtOnce() throws {
        var scene = LifecycleScene()
        scene.lifecycle.start(scene.now)
        _ = try scene.registration()
        scene.lifecycle.stop(scene.now)
        #expect(scene.lifecycle.state == .shuttingDown)
        scene.answerRegistration()
        #expect(scene.lifecycle.next(scene.now) == nil && scene.lifecycle.epoch == -1)

        var settings = BrokerLifecycle.Settings()
        settings.isShutdownControlled = false
        scene = LifecycleScene(settings: settings)
        try scene.run()
        scene.lifecycle.stop(scene.now)
        #expect(scene.lifecycle.state == .shuttingDown)
    }

    @Test func leavingKeepsItsReasonAndGoesInOrder() throws {
        var scene = LifecycleScene()
        try scene.run()
        scene.lifecycle.leave(because: "the cluster has access control entries", scene.now)
        #expect(scene.lifecycle.failure == "the cluster has access control entries" && scene.lifecycle.state == .pendingControlledShutdown)
        #expect(try scene.heartbeat().wantShutDown)
    }

    @Test func aRefusalNamesTheFeatureAndTheCommand() throws {
        var scene = LifecycleScene()
        var image = LifecycleScene.image()
        image.features[FeatureName.share] = 1
        scene.lifecycle.metadataApplied(upTo: 5, image, scene.now)
        scene.lifecycle.start(scene.now)
        _ = try scene.registration()
        scene.answerRegistration(.unsupportedVersion)
        let failure = try #require(scene.lifecycle.failure)
        #expect(failure.contains("share.version 1") && failure.contains("downgrade --feature share.version=0"))

        scene = LifecycleScene()
        scene.lifecycle.start(scene.now)
        _ = try scene.registration()
        scene.answerRegistration(.unsupportedVersion)
        #expect(scene.lifecycle.failure?.contains("transaction.version 0-2") == true)
    }
}
