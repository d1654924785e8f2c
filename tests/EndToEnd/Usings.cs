// One shop at a time: each is eleven processes on what may be two cores.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
